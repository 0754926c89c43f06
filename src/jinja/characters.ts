/** The characters as Python counts them: whole code points. */
export function characters(text: string): string[] {
  return Array.from(text)
}

/** Whether JavaScript counts some character of it twice. */
export function hasSurrogates(text: string): boolean {
  return /[\ud800-\udfff]/.test(text)
}

/** How many characters it has. */
export function characterCount(text: string): number {
  return hasSurrogates(text) ? characters(text).length : text.length
}
