import { findModule } from '../../tasks/index.ts'
import { entryOf } from '../../yaml/load.ts'
import type { Found, Rule } from '../rule.ts'
import { inForce, textsIn, type WrittenTask } from '../written.ts'
import { templateParts } from './template-parts.ts'

/** Programs, or the beginnings of command lines, and the modules that do the same. */
const INSTEAD: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^systemctl\s+(?:-\S+\s+)*(?:start|stop|restart|reload|enable|disable|mask|unmask|daemon-reload)\b/,
    ['systemd'],
  ],
  [/^(?:service|chkconfig|update-rc\.d|invoke-rc\.d)\s/, ['service']],
  [/^(?:yum|dnf)\s+(?:-\S+\s+)*(?:install|remove|erase|update|upgrade|localinstall)\b/, ['package', 'dnf']],
  [/^(?:apt-get|apt|aptitude)\s+(?:-\S+\s+)*(?:install|remove|purge|update|upgrade|dist-upgrade)\b/, ['apt']],
  [/^rpm\s+(?:-[iUeF]|--import)/, ['package', 'rpm_key']],
  [/^sysctl\s+(?:-w|--write|-p|--load|--system)\b/, ['sysctl']],
  [/^(?:useradd|usermod|userdel|adduser)\s/, ['user']],
  [/^(?:groupadd|groupmod|groupdel|addgroup)\s/, ['group']],
  [/^(?:mkdir|chmod|chown|chgrp|rm|rmdir|touch)\s/, ['file']],
  [/^ln\s/, ['file']],
  [/^cp\s/, ['copy']],
  [/^(?:curl|wget)\s/, ['get_url', 'uri']],
  [/^(?:tar\s+(?:-?\w*x|--extract)|unzip\s)/, ['unarchive']],
  [/^git\s+(?:clone|pull|fetch|checkout)\b/, ['git']],
  [/^sed\s+(?:\S+\s+)*?(?:-i|--in-place|-[a-zA-Z]*i)/, ['lineinfile', 'replace']],
  [/^modprobe\s/, ['modprobe']],
  [/^firewall-cmd\s+(?!.*--(?:query|list|get|state)).*--(?:add|remove|set|reload)/, ['firewalld']],
  [/^setsebool\s/, ['seboolean']],
  [/^(?:mount|umount)\s+\S/, ['mount']],
  [/^(?:hostnamectl\s+set-hostname|hostname\s+[^-\s])/, ['hostname']],
  [/^timedatectl\s+set-timezone\b/, ['timezone']],
  [/^crontab\s/, ['cron']],
  [/^(?:iptables|ip6tables)\s+(?:\S+\s+)*?-[AIDPFN]\b/, ['iptables']],
  [/^(?:reboot|shutdown\s+(?:-\S+\s+)*-?r)\b/, ['reboot']],
  [/^semanage\s+port\s/, ['seport']],
]

function commandOf({ short, free, args }: WrittenTask): string | undefined {
  if (!['command', 'shell', 'raw'].includes(short)) return undefined
  const argv = args.get('argv')
  if (argv?.kind === 'sequence')
    return argv.items.flatMap((item) => textsIn(item).map(({ text }) => text)).join(' ')
  return free?.text.trim()
}

const module: Rule = {
  id: 'command-instead-of-module',
  alsoKnownAs: ['command-instead-of-module'],
  summary: 'a command where a module does the same',
  why: 'A module looks first and changes only what differs, says what it would do in check mode, and shows the difference. A command runs each time.',
  bad: '- name: Start haproxy\n  command: systemctl start haproxy\n  changed_when: true\n',
  good: '- name: Start haproxy\n  systemd:\n    name: haproxy\n    state: started\n',
  task: (task) => {
    const text = commandOf(task)
    if (text === undefined || text.includes('\n')) return []
    // Of a pipe, or of several commands, more than one program is needed anyway.
    if (task.short !== 'command' && /[|;&]|\$\(/.test(text)) return []
    const words = text.replace(/^(?:sudo\s+|\/(?:usr\/)?s?bin\/)+/, '')
    for (const [pattern, modules] of INSTEAD) {
      const known = modules.filter((name) => findModule(name))
      if (!pattern.test(words) || known.length === 0) continue
      return [
        {
          place: task.free?.place ?? task.action.keyPlace,
          message: `the module ${known.join(' or ')} does what ${words.split(/\s/)[0] ?? ''} does here`,
          hint: `\`hakube modules ${known[0] ?? ''}\` has an example`,
        },
      ]
    }
    return []
  },
}

const shell: Rule = {
  id: 'command-instead-of-shell',
  alsoKnownAs: ['command-instead-of-shell'],
  summary: '`shell` for a command that needs no shell',
  why: 'Without pipes, globs, redirections or variables, `command` does the same, and no value in it can be taken for shell syntax.',
  bad: '- name: Look at the version\n  shell: haproxy -v\n  changed_when: false\n',
  good: '- name: Look at the version\n  command: haproxy -v\n  changed_when: false\n',
  task: (task) => {
    const text = task.short === 'shell' ? commandOf(task) : undefined
    if (text === undefined || task.args.has('executable')) return []
    const outside = text.replaceAll(/\{\{.*?\}\}/gs, 'x')
    // A template may bring shell syntax; what is written does not.
    if (outside === '' || text.includes('{%') || /[|&;<>()$`*?[\]{}~!\n\\#=]/.test(outside)) return []
    if (/^\s*(?:cd|export|source|\.|set|umask|test|type|command|exec|ulimit|if|for|while)\b/.test(outside))
      return []
    const hint = 'write command'
    return [{ place: task.action.keyPlace, message: 'this needs no shell', hint }]
  },
}

const changed: Rule = {
  id: 'no-changed-when',
  alsoKnownAs: ['no-changed-when'],
  summary: 'a command that says neither `changed_when` nor `creates`',
  why: 'Each run reports it as changed and notifies its handlers, and check mode cannot tell whether anything is to be done. `changed_when: false` is right for commands that only look.',
  bad: '- name: Look at the version\n  command: haproxy -v\n',
  good: '- name: Look at the version\n  command: haproxy -v\n  changed_when: false\n',
  task: (task) => {
    if (!['command', 'shell', 'raw', 'script'].includes(task.short) || task.handler) return []
    if (entryOf(task.mapping, 'changed_when') || task.args.has('creates') || task.args.has('removes'))
      return []
    const message = `${task.short} is changed in every run`
    const hint = 'add changed_when, or creates: the file that it makes'
    return [{ place: task.action.keyPlace, message, hint }]
  },
}

const quote: Rule = {
  id: 'template-in-shell',
  alsoKnownAs: [],
  summary: '`{{ }}` in `shell` without `| quote`',
  why: 'The value becomes shell text: a blank splits it, and what follows a `;` is run. `| quote` makes it one word.',
  bad: '- name: Count the lines\n  shell: wc -l {{ haproxy_config }} | cut -d" " -f1\n  changed_when: false\n',
  good: '- name: Count the lines\n  shell: wc -l {{ haproxy_config | quote }} | cut -d" " -f1\n  changed_when: false\n',
  task: (task) => {
    if (task.short !== 'shell' || !task.free) return []
    const open = templateParts(task.free.text).filter((part) => !part.safe)
    const [first] = open
    if (!first) return []
    const others = open.length > 1 ? `, and ${open.length - 1} more` : ''
    return [
      {
        place: task.free.place,
        message: `{{ ${first.text} }}${others} without | quote in a shell command`,
        hint: `write {{ ${first.text} | quote }}, or use command`,
      },
    ]
  },
}

const IGNORED = new Set([true, 'yes', 'true'])

const ignoring: Rule = {
  id: 'ignore-errors',
  alsoKnownAs: ['ignore-errors'],
  summary: '`ignore_errors` without `register`',
  why: 'Nobody will know that the task failed. With `register` a later task can look at it; `failed_when` says which failures are none.',
  bad: '- name: Stop what may run\n  command: pkill haproxy\n  changed_when: false\n  ignore_errors: true\n',
  good: '- name: Stop what may run\n  command: pkill haproxy\n  register: stopped\n  changed_when: stopped.rc == 0\n  failed_when: stopped.rc > 1\n',
  task: (task): Found[] => {
    const entry = entryOf(task.mapping, 'ignore_errors')
    if (!entry || entry.value.kind !== 'scalar') return []
    const { value } = entry.value
    const on = (typeof value === 'string' || typeof value === 'boolean') && IGNORED.has(value)
    if (!on || entryOf(task.mapping, 'register')) return []
    const hint = 'register the result, or say with failed_when which failures are none'
    return [{ place: entry.keyPlace, message: 'a failure goes by without a word', hint }]
  },
}

const become: Rule = {
  id: 'become-user-alone',
  alsoKnownAs: ['partial-become'],
  summary: '`become_user` without `become`',
  why: 'The user is named and nobody becomes it: the task runs as the user that logged in.',
  bad: '- name: The nodes\n  hosts: all\n  become_user: haproxy\n',
  good: '- name: The nodes\n  hosts: all\n  become: true\n  become_user: haproxy\n',
  entry: (entry): Found[] => {
    const user = entryOf(entry.mapping, 'become_user')
    if (!user || inForce(entry, 'become')) return []
    // A file of tasks may be used by a play that becomes somebody.
    if (entry.type !== 'play' && entry.around.every((one) => !entryOf(one, 'hosts'))) return []
    const message = 'become_user has no effect without become'
    return [{ place: user.keyPlace, message, hint: 'add become: true' }]
  },
}

/** Commands, and what becomes of their failures. */
export const COMMANDS: readonly Rule[] = [module, shell, changed, quote, ignoring, become]
