import { entryOf, type YamlNode } from '../../yaml/load.ts'
import type { Found, Rule } from '../rule.ts'
import { inForce, textsIn } from '../written.ts'

const PACKAGES = new Set(['package', 'apt', 'yum', 'dnf', 'pip', 'zypper', 'apk'])

const latest: Rule = {
  id: 'package-latest',
  alsoKnownAs: ['package-latest'],
  summary: '`state: latest`',
  why: 'What a run installs then hangs on its date, and a run meant to change one line may upgrade and restart a load balancer.',
  bad: '- name: Install haproxy\n  package:\n    name: haproxy\n    state: latest\n',
  good: '- name: Install haproxy\n  package:\n    name: haproxy\n    state: present\n',
  task: ({ short, args }): Found[] => {
    const state = args.get('state')
    if (!PACKAGES.has(short) || !state || scalar(state) !== 'latest') return []
    // Nothing but a refreshed cache, or an upgrade that is asked for as such.
    if (entryOfArgs(args, ['only_upgrade', 'update_only'])) return []
    const hint = 'write state: present, and name a version where one is meant'
    return [{ place: state.place, message: 'a later run may upgrade the package', hint }]
  },
}

const git: Rule = {
  id: 'git-version',
  alsoKnownAs: ['latest'],
  summary: '`git` without `version`',
  why: 'The newest commit of the default branch is checked out: two runs may leave two different states.',
  bad: '- name: Fetch the checks\n  git:\n    repo: https://git.example.org/checks.git\n    dest: /opt/checks\n',
  good: '- name: Fetch the checks\n  git:\n    repo: https://git.example.org/checks.git\n    dest: /opt/checks\n    version: v1.2.0\n',
  task: ({ short, args, action }): Found[] => {
    const version = args.get('version')
    if (short !== 'git' || (version && scalar(version) !== 'HEAD')) return []
    const hint = 'add version: a tag or a commit'
    return [{ place: version?.place ?? action.keyPlace, message: 'git takes whatever is newest', hint }]
  },
}

/** Names of variables that hold secrets; a name that goes on with something about them does not. */
const SECRET =
  /(?:^|[_.'"[])(?:password|passwd|passphrase|secret|secret_key|private_key|auth_pass|api_key|token)s?\b(?!_(?:file|path|length|policy|lock|expire\w*))/i

const noLog: Rule = {
  id: 'no-log-password',
  alsoKnownAs: ['no-log-password', 'no_log-password'],
  summary: 'a loop over passwords without `no_log`',
  why: 'Every item of a loop is printed. hakube hides values that it knows as secrets (vault, password variables); what an item holds it cannot know.',
  bad: '- name: Set the passwords\n  command: chpasswd\n  args:\n    stdin: "{{ item.name }}:{{ item.password }}"\n  changed_when: true\n  loop: "{{ haproxy_users }}"\n',
  good: '- name: Set the passwords\n  command: chpasswd\n  args:\n    stdin: "{{ item.name }}:{{ item.password }}"\n  changed_when: true\n  loop: "{{ haproxy_users }}"\n  no_log: true\n',
  task: (task): Found[] => {
    const loop = task.mapping.entries.find(({ key }) => key === 'loop' || String(key).startsWith('with_'))
    if (!loop || inForce(task, 'no_log')) return []
    const control = entryOf(task.mapping, 'loop_control')?.value
    // With a label only the label is printed.
    if (control?.kind === 'mapping' && entryOf(control, 'label')) return []
    const texts = [...task.args.values(), loop.value].flatMap(textsIn)
    const secret = texts.find(({ text }) =>
      [...text.matchAll(/\{\{([^]*?)\}\}/g)].some(([, inner = '']) =>
        SECRET.test(inner.replaceAll(/\|.*/gs, '')),
      ),
    )
    if (!secret) return []
    const hint = 'add no_log: true, or a loop_control with a label that holds no secret'
    return [{ place: secret.place, message: 'the items of this loop hold a password and are printed', hint }]
  },
}

function scalar(node: YamlNode): unknown {
  return node.kind === 'scalar' ? node.value : undefined
}

function entryOfArgs(args: ReadonlyMap<string, YamlNode>, names: readonly string[]): boolean {
  return names.some((name) => args.has(name))
}

/** What brings surprises later. */
export const CARE: readonly Rule[] = [latest, git, noLog]
