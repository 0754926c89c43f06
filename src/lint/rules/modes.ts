import type { Place } from '../../errors.ts'
import type { YamlNode } from '../../yaml/load.ts'
import type { Found, Rule } from '../rule.ts'
import type { WrittenTask } from '../written.ts'

/** Modules that may make a file or directory, and under which values of a parameter. */
const MAKES: ReadonlyMap<string, (task: WrittenTask) => boolean> = new Map([
  ['copy', () => true],
  ['template', () => true],
  ['get_url', () => true],
  ['assemble', () => true],
  ['file', ({ args }) => ['directory', 'touch'].includes(textOf(args.get('state')) ?? '')],
  ['ini_file', ({ args }) => ['yes', 'true'].includes(textOf(args.get('create')) ?? 'yes')],
  ['lineinfile', creates],
  ['blockinfile', creates],
])

function creates({ args }: WrittenTask): boolean {
  return ['yes', 'true', 'on'].includes(textOf(args.get('create')) ?? '')
}

const missing: Rule = {
  id: 'missing-mode',
  alsoKnownAs: ['risky-file-permissions'],
  summary: 'a file or directory is made without `mode`',
  why: 'What a new file may be read by then hangs on the umask of the user that hakube works as, and differs from host to host.',
  bad: '- name: Configure haproxy\n  template:\n    src: haproxy.cfg.j2\n    dest: /etc/haproxy/haproxy.cfg\n',
  good: '- name: Configure haproxy\n  template:\n    src: haproxy.cfg.j2\n    dest: /etc/haproxy/haproxy.cfg\n    mode: "0644"\n',
  task: (task) => {
    const { short, args, action } = task
    if (MAKES.get(short)?.(task) !== true || args.has('mode')) return []
    const hint = 'add mode: "0644" for a file, mode: "0755" for a directory'
    return [{ place: action.keyPlace, message: `${short} may make a file without a mode`, hint }]
  },
}

const MODES = ['mode', 'directory_mode']

/** The text of a plain number as it stands in the file; its value alone does not tell 644 from 01204. */
function numberText(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.style !== 'plain' || typeof node.value !== 'number') return undefined
  const { source, column }: Place = node.place
  return /^[+-]?\w+/.exec(source?.slice((column ?? 1) - 1) ?? '')?.[0]
}

const octal: Rule = {
  id: 'octal-mode',
  alsoKnownAs: ['risky-octal'],
  summary: '`mode: 644`, which is not 0644',
  why: 'A number without a leading 0 is decimal: 644 sets the mode 01204. In quotes it is always octal.',
  bad: '- name: Copy\n  copy:\n    src: errors.http\n    dest: /etc/haproxy/errors.http\n    mode: 644\n',
  good: '- name: Copy\n  copy:\n    src: errors.http\n    dest: /etc/haproxy/errors.http\n    mode: "0644"\n',
  task: ({ args }) =>
    MODES.flatMap((name): Found[] => {
      const node = args.get(name)
      const text = numberText(node)
      if (!node || text === undefined || !/^[1-9]/.test(text)) return []
      const means = `0${Number(text).toString(8)}`
      return [{ place: node.place, message: `${name}: ${text} means ${means}`, hint: `write "0${text}"` }]
    }),
}

const unquoted: Rule = {
  id: 'unquoted-mode',
  alsoKnownAs: [],
  summary: '`mode: 0644` without quotes',
  why: 'YAML 1.1 reads 0644 as octal, and so does hakube; YAML 1.2 and many editors do not. In quotes it means the same everywhere.',
  bad: '- name: Copy\n  copy:\n    src: errors.http\n    dest: /etc/haproxy/errors.http\n    mode: 0644\n',
  good: '- name: Copy\n  copy:\n    src: errors.http\n    dest: /etc/haproxy/errors.http\n    mode: "0644"\n',
  task: ({ args }) =>
    MODES.flatMap((name): Found[] => {
      const node = args.get(name)
      const text = numberText(node)
      if (!node || text === undefined || !text.startsWith('0')) return []
      return [{ place: node.place, message: `${name} ${text} is not quoted`, hint: `write "${text}"` }]
    }),
}

function textOf(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined
  return typeof node.value === 'object' ? undefined : String(node.value)
}

/** Permissions of files. */
export const FILE_MODES: readonly Rule[] = [missing, octal, unquoted]
