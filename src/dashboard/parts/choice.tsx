/** One of a few values. */
interface ChoiceProps {
  /** What is chosen. */
  readonly label: string;
  /** The value that is chosen now. */
  readonly value: string;
  /** All values, each with what is shown for it. */
  readonly options: readonly (readonly [value: string, text: string])[];
  /** Told of another choice. */
  readonly onChange: (value: string) => void;
}

/**
 * A list to choose one value from.
 *
 * @param props See `ChoiceProps`.
 * @returns The element.
 */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
      </select>
    </label>
  );
}
