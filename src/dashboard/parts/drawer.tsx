import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Details beside the view: a modal dialog, so that the browser itself keeps the focus inside, closes
 * it with Escape and returns the focus.
 *
 * @param props `title`: its heading; `onClose`: called once it is closed; `children`: its content.
 * @returns The element.
 */
export function Drawer(
  { title, onClose, children }: {
    title: string;
    onClose: () => void;
    children: ComponentChildren;
  },
) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-labelledby="drawer-title"
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="drawer-content">
        <header>
          <h2 id="drawer-title">{title}</h2>
          <button type="button" onClick={() => dialog.current?.close()}>Close</button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
