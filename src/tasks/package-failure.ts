import type { Answer } from '../connect/connection.ts'

const OLD_LISTS = ' (update_cache: yes fetches them anew)'

/** What package managers print when they fail, and the same in words a user can act on. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/E: Unable to locate package (\S+)/, `no package $1 in the lists of apt${OLD_LISTS}`],
  [
    /E: Package '?([^\s']+)'? has no installation candidate/,
    'no package $1 can be installed from the lists of apt',
  ],
  [/E: Version '([^']+)' for '([^']+)' was not found/, 'there is no version $1 of $2 in the lists of apt'],
  [/Unable to find a match: (.+)/, 'no package $1 in the repositories'],
  [/No match for argument: (\S+)/, 'no package $1 in the repositories'],
  [
    /(No space left on device|You don't have enough free space.*|At least \S+ more space needed.*)/,
    'the disk is full: $1',
  ],
  [
    /E: Could not get lock \S+ It is held by (process \d+ \([^)]*\))/,
    'another process uses the package manager: $1',
  ],
  [/E: (Could not get lock \S+)/, 'another process uses the package manager: $1'],
  [/E: dpkg was interrupted/, 'an earlier dpkg was interrupted; run `dpkg --configure -a` on the host'],
  [/E: (Held packages were changed).*/, '$1; allow_change_held_packages: yes permits it'],
  [/E: (Packages were downgraded).*/, '$1; allow_downgrade: yes permits it'],
  [/E: (There were unauthenticated packages).*/, '$1; allow_unauthenticated: yes permits it'],
  [/(GPG check FAILED|Public key for \S+ is not installed)/, 'signatures could not be checked: $1'],
  [
    /(Temporary failure resolving '[^']*'|Could not resolve host: \S+|Could not resolve '[^']*')/,
    'no network to the repository: $1',
  ],
  [
    /((?:Could not connect to|Cannot initiate the connection to) \S+|Failed to connect to \S+ port \d+)/,
    'no network to the repository: $1',
  ],
  [/(?:Error: )?(Failed to download metadata for repo '[^']*')/, 'the repository does not answer: $1'],
  [/E: (Failed to fetch \S+)/, 'the repository does not answer: $1'],
  [/(Error: Unknown repo: '[^']*'|Error: Unknown repo.*)/, '$1'],
  [/(are you root\?|This command has to be run with superuser privileges)/, 'this needs root: become: yes'],
]

/** The cause of a failed transaction in words. `fetched`: the lists are as new as can be. */
export function packageFailure(answer: Answer, fetched = false): string {
  const text = `${answer.stderr.toString('utf8')}\n${answer.stdout.toString('utf8')}`
  for (const [pattern, words] of CAUSES) {
    const match = pattern.exec(text)
    if (!match) continue
    const advice = fetched ? words.replace(OLD_LISTS, '') : words
    return advice.replace(/\$(\d)/g, (_, index: string) => match[Number(index)] ?? '')
  }
  const error = text.split('\n').find((line) => /^(E:|Error:|Problem:|dpkg: error)/.test(line))
  const said = [answer.stderr, answer.stdout].map((bytes) => bytes.toString('utf8').trim().split('\n').at(-1))
  return (
    error?.trim() ?? (said.find((line) => line) || `the package manager ended with status ${answer.code}`)
  )
}
