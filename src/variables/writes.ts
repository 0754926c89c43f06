/** A value from a position of the program on. */
interface Write<T> {
  position: number
  value: T
}

/** What tasks set, by host and name: a reader at a position sees the last value before it. */
export class Writes<T> {
  readonly #hosts = new Map<string, Map<string, readonly Write<T>[]>>()

  /** A second write at a position replaces the first. */
  write(host: string, name: string, position: number, value: T): void {
    let names = this.#hosts.get(host)
    if (!names) this.#hosts.set(host, (names = new Map()))
    const others = (names.get(name) ?? []).filter((write) => write.position !== position)
    names.set(
      name,
      [...others, { position, value }].sort((a, b) => a.position - b.position),
    )
  }

  /** The last value before this position. */
  last(host: string, name: string, position: number): T | undefined {
    return this.#hosts
      .get(host)
      ?.get(name)
      ?.findLast((write) => write.position < position)?.value
  }

  /** Keeps only what this says. */
  keep(host: string, which: (write: Write<T>) => boolean): void {
    const names = this.#hosts.get(host)
    for (const [name, writes] of names ?? []) names?.set(name, writes.filter(which))
  }

  names(host: string): Iterable<string> {
    return this.#hosts.get(host)?.keys() ?? []
  }
}
