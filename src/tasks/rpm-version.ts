/** Compares two versions the way rpm does: < 0, 0 or > 0. Each may be V, V-R or E:V-R; what one leaves out counts as equal. */
export function compareRpm(left: string, right: string): number {
  const a = parse(left)
  const b = parse(right)
  return (
    compareParts(a.epoch, b.epoch) ||
    compareParts(a.version, b.version) ||
    (a.release === undefined || b.release === undefined ? 0 : compareParts(a.release, b.release))
  )
}

function parse(text: string): { epoch: string; version: string; release: string | undefined } {
  const [, epoch = '0', version = '', release] = /^(?:(\d+):)?([^-]*)(?:-(.*))?$/.exec(text) ?? []
  return { epoch, version, release }
}

/** rpmvercmp: runs of digits and of letters one by one; ~ sorts before everything, ^ after the end only. */
function compareParts(left: string, right: string): number {
  const a = pieces(left)
  const b = pieces(right)
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = comparePiece(a[at], b[at])
    if (order !== 0) return order
  }
  return 0
}

function pieces(text: string): string[] {
  return text.match(/\d+|[A-Za-z]+|~|\^/g) ?? []
}

function comparePiece(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === '~') return -1
  if (b === '~') return 1
  if (a === undefined) return -1
  if (b === undefined) return 1
  if (a === '^') return -1
  if (b === '^') return 1
  const digits = [a, b].map((piece) => /^\d/.test(piece))
  if (digits[0] !== digits[1]) return digits[0] ? 1 : -1
  if (!digits[0]) return a < b ? -1 : 1
  const difference = BigInt(a) - BigInt(b)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}
