/**
 * What a template, or a part of one, has written so far. Ansible makes data of a whole text that looks like some, but
 * not where the text is a single piece that a filter such as to_json has made: so the pieces are told apart.
 */
export class Output {
  readonly #pieces: string[] = []
  #kept: (() => boolean) | undefined

  /** `kept` says whether this text stays one; it is asked only where the text remains the only piece. */
  write(text: string, kept?: () => boolean): void {
    this.#pieces.push(text)
    this.#kept = kept
  }

  get text(): string {
    return this.#pieces.join('')
  }

  /** All of it is one text that stays one, though it may look like data. */
  get isKept(): boolean {
    return this.#pieces.length === 1 && this.#kept?.() === true
  }
}
