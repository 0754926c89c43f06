import { HakubeError } from '../errors.ts'

/** One option of OpenSSH, its keyword in lower case as `ssh -G` prints it. */
export interface SshOption {
  keyword: string
  value: string
}

export interface SshArgs {
  options: SshOption[]
  /** The configuration file that `-F` names. */
  configFile: string | undefined
  /** What has no effect here, in words. */
  warnings: string[]
}

/** Flags with a value, as the keyword they stand for. */
const VALUE_FLAGS: Record<string, string> = {
  b: 'bindaddress',
  J: 'proxyjump',
  i: 'identityfile',
  l: 'user',
  p: 'port',
}
/** Flags without a value, as option and value. */
const PLAIN_FLAGS: Record<string, [string, string]> = {
  '4': ['addressfamily', 'inet'],
  '6': ['addressfamily', 'inet6'],
}
/** Flags that change nothing for a connection that only runs a shell. */
const IDLE_FLAGS = 'ACTaknqvxtX'

const SUPPORTED = new Set([
  'addressfamily',
  'bindaddress',
  'connecttimeout',
  'globalknownhostsfile',
  'hashknownhosts',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'kbdinteractiveauthentication',
  'passwordauthentication',
  'port',
  'proxycommand',
  'proxyjump',
  'pubkeyauthentication',
  'serveralivecountmax',
  'serveraliveinterval',
  'stricthostkeychecking',
  'user',
  'userknownhostsfile',
])

/** Options about how OpenSSH's own program behaves: going without them changes nothing that matters. */
const IDLE = new Set([
  'addkeystoagent',
  'batchmode',
  'checkhostip',
  'clearallforwardings',
  'compression',
  'connectionattempts',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'escapechar',
  'exitonforwardfailure',
  'forwardagent',
  'forwardx11',
  'forwardx11trusted',
  'gssapiauthentication',
  'gssapidelegatecredentials',
  'ipqos',
  'loglevel',
  'numberofpasswordprompts',
  'permitlocalcommand',
  'preferredauthentications',
  'rekeylimit',
  'requesttty',
  'sendenv',
  'setenv',
  'tcpkeepalive',
  'updatehostkeys',
  'verifyhostkeydns',
  'visualhostkey',
])

/**
 * Reads `ansible_ssh_common_args` and its kin. Throws HakubeError `bad-ssh-args`, and `unsupported-ssh-option`
 * for what would make a connection another one than the user expects.
 */
export function parseSshArgs(text: string, host: string): SshArgs {
  const args: SshArgs = { options: [], configFile: undefined, warnings: [] }
  const words = splitWords(text, host)
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (!/^-[A-Za-z0-9]/.test(word)) throw badArgs(`${word} is not an option`, text, host)
    readFlag(word[1] ?? '', word.slice(2), words, args, text, host)
  }
  return args
}

function readFlag(
  flag: string,
  rest: string,
  words: string[],
  args: SshArgs,
  text: string,
  host: string,
): void {
  const plain = PLAIN_FLAGS[flag]
  if (plain) args.options.push({ keyword: plain[0], value: plain[1] })
  else if (IDLE_FLAGS.includes(flag)) args.warnings.push(`-${flag} has no effect`)
  else {
    const keyword = VALUE_FLAGS[flag]
    if (keyword === undefined && flag !== 'o' && flag !== 'F') throw unsupported(`-${flag}`, host)
    const value = rest === '' ? words.shift() : rest
    if (value === undefined) throw badArgs(`-${flag} needs a value`, text, host)
    if (flag === 'F') args.configFile = value
    else if (keyword === undefined) readOption(value, args, text, host)
    else args.options.push({ keyword, value })
    return
  }
  // Flags without a value may share one dash.
  if (rest !== '') words.unshift(`-${rest}`)
}

function readOption(option: string, args: SshArgs, text: string, host: string): void {
  const parts = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.+?)\s*$/.exec(option)
  if (!parts) throw badArgs(`-o ${option} has no value`, text, host)
  const [, name = '', value = ''] = parts
  const keyword = name.toLowerCase()
  if (SUPPORTED.has(keyword)) args.options.push({ keyword, value: value.replace(/^"(.*)"$/, '$1') })
  else if (IDLE.has(keyword)) args.warnings.push(`-o ${name} has no effect`)
  else throw unsupported(`-o ${name}`, host)
}

/** Splits as a shell would, without expanding anything. */
function splitWords(text: string, host: string): string[] {
  const words: string[] = []
  const token = /\s+|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)/gsy
  let word: string | undefined
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (!match) throw badArgs('a quote is not closed', text, host)
    const [whole, double, single, escaped, bare] = match
    if (/^\s/.test(whole)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + (double?.replaceAll(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? bare ?? '')
  }
  if (word !== undefined) words.push(word)
  return words
}

function badArgs(problem: string, text: string, host: string): HakubeError {
  return new HakubeError(`the SSH arguments of ${host} cannot be read: ${problem}, in: ${text}`, {
    code: 'bad-ssh-args',
    host,
    hint: 'correct ansible_ssh_common_args or ansible_ssh_extra_args',
  })
}

function unsupported(option: string, host: string): HakubeError {
  return new HakubeError(`the SSH option ${option} of ${host} is not supported`, {
    code: 'unsupported-ssh-option',
    host,
    hint: 'docs/connecting.md lists the options that are; take it out of ansible_ssh_common_args',
  })
}
