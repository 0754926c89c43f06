/** Flags of podman create and run without a value of their own. */
const TRUTHS = new Set(
  'detach env-host http-proxy init interactive no-hosts no-hostname no-healthcheck oom-kill-disable privileged publish-all quiet read-only read-only-tmpfs replace rm rmi rootfs sig-proxy tls-verify tty unsetenv-all passwd disable-content-trust'.split(
    ' ',
  ),
)

/** Of these, those that are on without a word. */
const ON = new Set(['http-proxy', 'read-only-tmpfs'])

const SHORT: Readonly<Record<string, string>> = {
  a: 'attach',
  c: 'cpu-shares',
  d: 'detach',
  e: 'env',
  h: 'hostname',
  i: 'interactive',
  l: 'label',
  m: 'memory',
  P: 'publish-all',
  p: 'publish',
  q: 'quiet',
  t: 'tty',
  u: 'user',
  v: 'volume',
  w: 'workdir',
}

const SAME: Readonly<Record<string, string>> = {
  net: 'network',
  'dns-opt': 'dns-option',
  'health-command': 'health-cmd',
}

/** One name for each flag, however it was written. */
function flagName(written: string): string {
  const name = written.replace(/^healthcheck-/, 'health-')
  return SAME[name] ?? name
}

/**
 * The flags of a command line of podman create or run with their values, as far as they stand before the image.
 * Podman keeps the line by which a container was made: it tells what inspect does not say.
 */
export function flagsOf(words: readonly string[]): Map<string, string[]> {
  const out = new Map<string, string[]>()
  const add = (name: string, value: string): void => {
    const key = flagName(name)
    const isOn = !/^(false|f|0)$/i.test(value)
    // As it is without the flag.
    if (TRUTHS.has(key) && isOn === ON.has(key)) return
    const shown = TRUTHS.has(key) ? String(isOn) : value
    out.set(key, [...(out.get(key) ?? []), shown])
  }
  const begins = words.findIndex((word) => word === 'create' || word === 'run')
  const rest = begins === -1 ? [...words] : words.slice(begins + 1)
  while (rest[0]?.startsWith('-')) {
    const word = rest.shift() ?? ''
    if (word === '--') break
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word)
    if (long) {
      const [, name = '', value] = long
      add(name, value ?? (TRUTHS.has(flagName(name)) ? 'true' : (rest.shift() ?? '')))
      continue
    }
    let letters = word.slice(1)
    while (letters !== '') {
      const name = SHORT[letters.charAt(0)] ?? letters.charAt(0)
      letters = letters.slice(1)
      if (TRUTHS.has(name)) add(name, 'true')
      else {
        add(name, letters.replace(/^=/, '') || (rest.shift() ?? ''))
        letters = ''
      }
    }
  }
  return out
}
