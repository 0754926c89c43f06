/**
 * File modes as Ansible's modules take them: octal text ("0644"), the number a YAML octal becomes (0644 is 420),
 * or chmod's symbolic form ("u=rwX,go-w").
 */

/** A mode that was read but not yet applied to a file. */
export type Mode = { octal: number } | { symbolic: readonly Clause[]; text: string }

interface Clause {
  /** Who, out of u, g and o. Empty: everybody, but without the bits of the umask. */
  users: string
  steps: readonly { operator: '+' | '-' | '='; perms: string }[]
}

/** The file a symbolic mode is applied to. */
export interface ModeBase {
  mode: number
  directory: boolean
  umask: number
}

const ALL = 0o7777
const SHIFT = { u: 6, g: 3, o: 0 } as const
const SPECIAL = { u: 0o4000, g: 0o2000, o: 0o1000 } as const
type Who = keyof typeof SHIFT

/** Reads a mode. Throws TypeError with the reason in words. */
export function parseMode(input: string | number): Mode {
  if (typeof input === 'number') return { octal: octalOfNumber(input) }
  const text = input.trim()
  if (/^(0o)?[0-7]+$/.test(text)) {
    const octal = Number.parseInt(text.replace('0o', ''), 8)
    if (octal > ALL) throw new TypeError(`mode ${text} has bits beyond 07777`)
    return { octal }
  }
  if (/^\d+$/.test(text)) throw new TypeError(`mode ${text} is not octal: its digits go from 0 to 7`)
  return { symbolic: text.split(',').map((clause) => parseClause(clause, text)), text }
}

/** The permission bits that this mode gives a file which has these ones now. */
export function applyMode(mode: Mode, base: ModeBase): number {
  if ('octal' in mode) return mode.octal
  let bits = base.mode & ALL
  for (const clause of mode.symbolic) {
    for (const step of clause.steps) {
      for (const who of whoOf(clause.users)) bits = applyStep(bits, who, step, clause, base)
    }
  }
  return bits
}

/** Four octal digits, as `stat` and Ansible show a mode. */
export function showMode(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/**
 * YAML turns 0644 into 420, so a number is taken as it is. 644 without quotes is then 01204, which nobody
 * means: a number that only makes sense when its decimal digits are read as octal ones is refused.
 */
function octalOfNumber(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > ALL) {
    throw new TypeError(`mode ${value} is not a file mode: write it in quotes, such as "0644"`)
  }
  const digits = String(value)
  if (/^[0-7]{3,4}$/.test(digits) && (!isPlausible(value) || AMBIGUOUS.has(value))) {
    throw new TypeError(
      `mode ${digits} is a decimal number, the mode ${showMode(value)}: write it in quotes, "${digits.padStart(4, '0')}"`,
    )
  }
  return value
}

/** Numbers that are a possible mode when octal, and a far likelier one when the leading 0 was forgotten. */
const AMBIGUOUS = new Set([400, 500])

/** The owner may read, and nobody may do more than those before him. */
function isPlausible(mode: number): boolean {
  const [u, g, o] = [(mode >> 6) & 7, (mode >> 3) & 7, mode & 7]
  return (mode & 0o777) === 0 || ((u & 4) !== 0 && (g & ~u) === 0 && (o & ~g) === 0)
}

function parseClause(clause: string, whole: string): Clause {
  const match = /^(?<users>[ugoa]*)(?<steps>([+=-]([rwxXst]*|[ugo]))+)$/.exec(clause.trim())
  if (!match?.groups) {
    throw new TypeError(`mode ${JSON.stringify(whole)} is neither octal nor symbolic such as u=rw,g=r,o=`)
  }
  const { users = '', steps = '' } = match.groups
  return { users: users.includes('a') ? 'ugo' : users, steps: [...steps.matchAll(STEP)].map(toStep) }
}

const STEP = /([+=-])([rwxXstugo]*)/g

function toStep(match: RegExpMatchArray): Clause['steps'][number] {
  const [, operator, perms = ''] = match
  return { operator: operator === '+' || operator === '-' ? operator : '=', perms }
}

function whoOf(users: string): Who[] {
  const order: readonly Who[] = ['u', 'g', 'o']
  return order.filter((who) => users === '' || users.includes(who))
}

function applyStep(
  bits: number,
  who: Who,
  step: Clause['steps'][number],
  clause: Clause,
  base: ModeBase,
): number {
  let wanted = 0
  for (const perm of step.perms) wanted |= bitsOf(perm, who, bits, base.directory)
  if (clause.users === '') wanted &= ~(base.umask & 0o777)
  if (step.operator === '+') return bits | wanted
  if (step.operator === '-') return bits & ~wanted
  return (bits & ~((7 << SHIFT[who]) | SPECIAL[who]) & ALL) | wanted
}

function bitsOf(perm: string, who: Who, bits: number, directory: boolean): number {
  const shift = SHIFT[who]
  if (perm === 'r') return 4 << shift
  if (perm === 'w') return 2 << shift
  if (perm === 'x') return 1 << shift
  if (perm === 'X') return directory || (bits & 0o111) !== 0 ? 1 << shift : 0
  if (perm === 's') return who === 'o' ? 0 : SPECIAL[who]
  if (perm === 't') return who === 'o' ? SPECIAL.o : 0
  if (perm === 'u' || perm === 'g' || perm === 'o') return ((bits >> SHIFT[perm]) & 7) << shift
  throw new TypeError(`unknown permission ${perm}`)
}
