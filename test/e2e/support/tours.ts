import { type GeneratedList, withName } from './generate.ts'
import type { Draft } from './maker.ts'
import { type Family, type Package, broughtBy } from './universe.ts'

const ignore = { ignore_errors: true }
const at = (name: string) => `/srv/predict/${name}`

/**
 * Lists that visit what chance may miss: everything that a package brings, and what only a certain order of tasks
 * can notice. They run one after the other on one host, before its generated lists.
 */
export function toursOf(family: Family): GeneratedList[] {
  const install = (name: string) => ({ package: { name, state: 'present' }, ...ignore })
  const late = { before: 'lose account' as const, updates: true }
  const tours: Partial<GeneratedList>[] = [
    ...(['haproxy', 'keepalived'] as const).map((name) => ({
      before: 'forget' as const,
      tasks: [...lookAtAll(family, name), install(name)],
    })),
    ...(broughtBy(family, 'haproxy').perhaps ?? []).map((path) => ({
      before: 'forget' as const,
      tasks: [{ file: { path, mode: '0751' }, ...ignore }, install('haproxy')],
    })),
    // A directory that was there before the package.
    {
      before: 'forget',
      tasks: [
        { file: { path: '/etc/keepalived', state: 'directory', mode: '0700', owner: 'daemon' } },
        install('keepalived'),
        { file: { path: '/etc/keepalived', state: 'directory', mode: '0755', owner: 'root' } },
      ],
    },
    // What a lost account has left gets a name again with the new one.
    { tasks: [install('haproxy'), { file: { path: at('orphan'), state: 'directory', owner: 'haproxy' } }] },
    {
      before: 'forget',
      tasks: [
        install('haproxy'),
        { stat: { path: at('orphan') }, register: 'seen' },
        {
          file: { path: at('orphan'), mode: '0700' },
          when: "seen.stat.pw_name | default('') == 'haproxy'",
        },
      ],
    },
    // Where the first answer is unknown, the rest cannot be compared: one list for each.
    { tasks: [lookAtUnit('lab-hello'), install('lab-hello')] },
    { before: 'forget', tasks: [...lookAtAll(family, 'lab-hello'), install('lab-hello')] },
    { tasks: [install('haproxy')] },
    { ...late, tasks: [lookAtOwner, upgrade('haproxy'), upgrade('haproxy')] },
    { tasks: [{ package: { name: 'haproxy', state: 'absent' } }, install('haproxy')] },
    { ...late, tasks: [lookAtGroup, upgrade('haproxy')] },
    // rpm sets anew what it has brought.
    { tasks: [{ package: { name: 'haproxy', state: 'absent' } }, install('haproxy')] },
    {
      updates: true,
      tasks: [
        { file: { path: '/etc/sysconfig/haproxy', mode: '0751' }, ...ignore },
        upgrade('haproxy'),
        upgrade('haproxy'),
      ],
    },
    { tasks: [...lookAtAll(family, 'haproxy'), remove(family, 'haproxy')] },
    // A purge on Debian takes the account along, and what was its own shows a number.
    { tasks: [install('haproxy'), { file: { path: at('own'), state: 'directory', owner: 'haproxy' } }] },
    {
      tasks: [
        remove(family, 'haproxy'),
        { stat: { path: at('own') }, register: 'seen' },
        { file: { path: at('own'), mode: "{{ (seen.stat.pw_name is defined) | ternary('0700', '0711') }}" } },
      ],
    },
    { tasks: running('lab-hello') },
    {
      tasks: [
        { systemd: { name: 'lab-hello', masked: true } },
        { service: { name: 'lab-hello', enabled: true }, ...ignore },
      ],
    },
    // What the unit is then, the mask hides.
    { tasks: [{ systemd: { name: 'lab-hello', masked: false } }] },
    ...reloads(),
    { tasks: kernel() },
    ...files().map((tasks) => ({ before: 'clear' as const, tasks })),
  ]
  return numbered(family, tours)
}

/** Lists with seeds of their own, which no generated one has. */
export function numbered(family: Family, tours: readonly Partial<GeneratedList>[]): GeneratedList[] {
  return tours.map((tour, index) => ({
    family,
    seed: -1 - index,
    handlers: [],
    updates: false,
    before: 'nothing',
    ...tour,
    tasks: (tour.tasks ?? []).map(withName),
  }))
}

function lookAtAll(family: Family, name: Package): Draft[] {
  const { files, directories, programs } = broughtBy(family, name)
  return [
    ...[...files, ...programs].map((path) => ({ file: { path, mode: '0740' }, ...ignore })),
    ...directories.map((path) => ({ file: { path, mode: '0751' }, ...ignore })),
    ...(name === 'haproxy' ? [lookAtOwner, lookAtGroup] : []),
    lookAtUnit(name),
  ]
}

function lookAtUnit(name: string): Draft {
  return { service: { name, enabled: true }, ...ignore }
}

const lookAtOwner = { copy: { content: 'one\n', dest: at('owned'), owner: 'haproxy' }, ...ignore }
const lookAtGroup = { copy: { content: 'two\n', dest: at('grouped'), group: 'haproxy' }, ...ignore }

function upgrade(name: string): Draft {
  return { package: { name, state: 'latest' }, ...ignore }
}

function remove(family: Family, name: string): Draft {
  return family === 'Debian-like'
    ? { apt: { name, state: 'absent', purge: true } }
    : { dnf: { name, state: 'absent' } }
}

function running(name: string): Draft[] {
  const states = ['started', 'stopped', 'restarted', 'stopped', 'reloaded', 'stopped', 'started'] as const
  return [
    ...states.map((state) => ({ service: { name, state }, ...ignore })),
    ...[false, true, false, true].map((enabled) => ({ service: { name, enabled } })),
  ]
}

/** A drop-in, which only the next list can know that systemd has not read. */
function reloads(): Partial<GeneratedList>[] {
  const directory = '/etc/systemd/system/lab-hello.service.d'
  const dropIn = (nice: number) => ({
    tasks: [
      { file: { path: directory, state: 'directory' } },
      { copy: { content: `[Service]\nNice=${nice}\n`, dest: `${directory}/nice.conf` } },
    ],
  })
  const hello = { systemd: { name: 'lab-hello', state: 'started', daemon_reload: true } }
  const all = { systemd: { daemon_reload: true } }
  return [
    dropIn(1),
    { tasks: [all, all] },
    dropIn(2),
    { tasks: [hello, hello, all] },
    { tasks: [{ file: { path: directory, state: 'absent' } }] },
    { tasks: [all] },
  ]
}

function kernel(): Draft[] {
  const name = 'net.ipv4.conf.lo.arp_ignore'
  const file = { sysctl_file: '/etc/sysctl.d/91-predict.conf' }
  return [
    { sysctl: { name, value: '1', sysctl_set: true, ...file } },
    { sysctl: { name, value: '0', sysctl_set: true, ...file } },
    { sysctl: { name, state: 'absent', ...file } },
    { file: { path: file.sysctl_file, state: 'file', mode: '0600' }, ...ignore },
  ]
}

/** Each list begins without any file of its own. */
function files(): Draft[][] {
  const write = (name: string) => ({ copy: { content: 'one\n', dest: at(name) } })
  const root = { file: { path: at('d'), state: 'directory' } }
  const mode = (name: string, mode: string) => ({ file: { path: at(name), mode } })
  const seen = (name: string, when: string) => [
    { stat: { path: at(name) }, register: 'seen' },
    { copy: { content: 'seen\n', dest: at('seen') }, when: `seen.stat.exists and ${when}` },
  ]
  return [
    [
      root,
      write('a'),
      { file: { src: at('a'), path: at('b'), state: 'hard' } },
      ...seen('a', 'seen.stat.nlink == 2'),
    ],
    [
      root,
      write('a'),
      { file: { src: at('a'), path: at('l'), state: 'link', mode: '0600' } },
      mode('a', '0600'),
    ],
    [
      root,
      { file: { path: at('a'), state: 'touch', modification_time: 'preserve', access_time: 'preserve' } },
      { file: { path: at('a'), state: 'touch', mode: '0600' } },
      mode('a', '0600'),
    ],
    [
      root,
      { copy: { src: 'tree', dest: at('d') } },
      mode('d/tree', '0755'),
      mode('d/tree/below', '0700'),
      mode('d/tree/below/two.txt', '0600'),
      { copy: { src: 'tree', dest: at('d'), mode: '0640' } },
      mode('d/tree/one.txt', '0640'),
    ],
    [
      root,
      { template: { src: 'colour.j2', dest: at('t/') } },
      mode('t', '0700'),
      { template: { src: 'colour.j2', dest: at('t/'), mode: '0600' } },
      mode('t/colour.j2', '0600'),
    ],
    [
      root,
      { copy: { src: 'note.txt', dest: at('n/m/') } },
      mode('n', '0700'),
      mode('n/m', '0700'),
      { file: { path: at('n'), state: 'directory', mode: '0711', recurse: true } },
      mode('n/m/note.txt', '0711'),
    ],
  ]
}
