/** What an error answer of the API said, in whatever shape it said it. Text in it is the API's, not ours. */
export interface Problem {
  /** The kind of problem, a URI. */
  type?: string;
  /** One line: `title`, `error`, `errorMessage`, the first of `errors`, or the plain text. */
  title: string;
  /** More about this occurrence: `detail` or `error_description`. */
  detail?: string;
  /** Where it occurred. */
  instance?: string;
  /** What is wrong with which field. */
  errors?: ProblemField[];
}

/** One field that the API found fault with. */
export interface ProblemField {
  /** The API's code, such as `AM-5432`. */
  code?: string;
  /** The field. */
  field?: string;
  /** What is wrong with it. */
  message: string;
}
