/** Something in a configuration that does not work as it reads, or will hurt. */
export interface LintProblem {
  /** Short and stable, such as `equal-priorities`. */
  code: string
  /** From 1. */
  line: number
  message: string
  /** What to write instead. */
  hint: string
}

/** A problem of one of several files. */
export interface FileProblem extends LintProblem {
  file: string
}

export function inOrder<Problem extends LintProblem>(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line)
}
