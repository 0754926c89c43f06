import { expect, test } from 'vitest'
import { hardware } from '../../src/facts/hardware.ts'
import { local } from '../../src/facts/local.ts'
import { mounts } from '../../src/facts/mounts.ts'
import { python } from '../../src/facts/python.ts'
import { selinux } from '../../src/facts/selinux.ts'
import type { Subject } from '../../src/facts/subject.ts'
import { time } from '../../src/facts/time.ts'
import { user } from '../../src/facts/user.ts'
import { virtual } from '../../src/facts/virtual.ts'
import { dict, toJson } from '../../src/value.ts'
import { seenOf } from './seen-of.ts'

interface Case {
  name: string
  subject: Subject
  files?: Record<string, string>
  sections?: Record<string, string>
  known?: { machine: string }
  has: object
}

const cpu = (fields: Record<string, string>[]): string =>
  fields
    .map((each) =>
      Object.entries(each)
        .map(([name, value]) => `${name}\t: ${value}\n`)
        .join(''),
    )
    .join('')

const cases: Case[] = [
  {
    name: 'two sockets of four cores with two threads',
    subject: hardware,
    sections: {
      cpu:
        cpu(
          Array.from({ length: 16 }, (_, index) => ({
            processor: String(index),
            vendor_id: 'GenuineIntel',
            'model name': 'X',
            'physical id': String(index >> 3),
            siblings: '8',
            'core id': String(index % 4),
            'cpu cores': '4',
          })),
        ) + 'Cpus_allowed_list:\t0-3,8\n',
    },
    has: {
      processor_count: 2,
      processor_cores: 4,
      processor_threads_per_core: 2,
      processor_vcpus: 16,
      processor_nproc: 5,
    },
  },
  {
    name: 'ARM tells no sockets',
    subject: hardware,
    known: { machine: 'aarch64' },
    sections: { cpu: cpu([{ processor: '0' }, { processor: '1' }]) },
    has: {
      processor: ['0', '1'],
      processor_count: 2,
      processor_cores: 1,
      processor_vcpus: 2,
      processor_nproc: 2,
    },
  },
  {
    name: 'memory in MiB, rounded down',
    subject: hardware,
    files: {
      '/proc/meminfo':
        'MemTotal: 2047999 kB\nMemFree: 1024000 kB\nBuffers: 2048 kB\nCached: 4096 kB\nSwapTotal: 1048576 kB\n' +
        'SwapFree: 1048576 kB\nSwapCached: 0 kB',
      '/proc/uptime': '1234.99 99.9',
    },
    has: {
      memtotal_mb: 1999,
      memory_mb: {
        real: { total: 1999, used: 999, free: 1000 },
        nocache: { free: 1006, used: 993 },
        swap: { total: 1024, free: 1024, used: 0, cached: 0 },
      },
      uptime_seconds: 1234,
      product_name: 'NA',
    },
  },
  {
    name: 'a summer day in Berlin',
    subject: time,
    sections: { clock: '1720000000 123456789 +0200 CEST', zone: 'CET-1CEST,M3.5.0,M10.5.0/3' },
    has: {
      date_time: {
        year: '2024',
        month: '07',
        day: '03',
        weekday: 'Wednesday',
        weekday_number: '3',
        weeknumber: '27',
        hour: '11',
        minute: '46',
        second: '40',
        epoch: '1720000000',
        epoch_int: '1720000000',
        date: '2024-07-03',
        time: '11:46:40',
        iso8601: '2024-07-03T09:46:40Z',
        iso8601_micro: '2024-07-03T09:46:40.123456Z',
        iso8601_basic: '20240703T114640123456',
        iso8601_basic_short: '20240703T114640',
        tz: 'CEST',
        tz_dst: 'CEST',
        tz_offset: '+0200',
      },
    },
  },
  {
    name: 'a busybox clock without nanoseconds, west of Greenwich, last year still',
    subject: time,
    sections: { clock: '1704070800 %N -0500 EST' },
    has: {
      date_time: expect.objectContaining({
        date: '2023-12-31',
        time: '20:00:00',
        weeknumber: '52',
        weekday: 'Sunday',
        iso8601_micro: '2024-01-01T01:00:00.000000Z',
        tz_dst: 'EST',
      }),
    },
  },
  {
    name: 'zones with numbers for names',
    subject: time,
    sections: { clock: '1704070800 0 -0300 -03', zone: '<-03>3<-02>,M3.5.0/-2,M10.5.0/-1' },
    has: { date_time: expect.objectContaining({ tz: '-03', tz_dst: '-02' }) },
  },
  {
    name: 'SELinux enforcing',
    subject: selinux,
    files: {
      '/sys/fs/selinux/enforce': '1',
      '/sys/fs/selinux/policyvers': '33',
      '/etc/selinux/config': '# comment\nSELINUX=permissive\nSELINUXTYPE=targeted',
    },
    has: {
      selinux: {
        status: 'enabled',
        policyvers: 33,
        config_mode: 'permissive',
        mode: 'enforcing',
        type: 'targeted',
      },
      selinux_python_present: false,
    },
  },
  {
    name: 'a container sees the file system of SELinux and has no configuration',
    subject: selinux,
    files: { '/sys/fs/selinux/enforce': '1' },
    has: { selinux: { status: 'disabled' } },
  },
  {
    name: 'the Python of a host',
    subject: python,
    sections: { python: '3 9 18 final 0 cpython /usr/bin/python3\n' },
    has: {
      python_version: '3.9.18',
      python: {
        executable: '/usr/bin/python3',
        has_sslcontext: true,
        type: 'cpython',
        version: { major: 3, minor: 9, micro: 18, releaselevel: 'final', serial: 0 },
        version_info: [3, 9, 18, 'final', 0],
      },
      discovered_interpreter_python: '/usr/bin/python3',
    },
  },
  {
    name: 'a login user of LDAP',
    subject: user,
    sections: {
      id: 'uid=10001(ops) gid=10000(staff) groups=10000(staff),27(sudo)',
      passwd: 'ops:*:10001:10000:Ops, Team:/home/ops:/bin/zsh',
    },
    has: {
      user_id: 'ops',
      user_uid: 10001,
      user_gid: 10000,
      user_gecos: 'Ops, Team',
      user_dir: '/home/ops',
      user_shell: '/bin/zsh',
      effective_user_id: 10001,
      real_group_id: 10000,
    },
  },
  {
    name: 'a user without a name',
    subject: user,
    sections: { id: 'uid=4711 gid=0(root) groups=0(root)', passwd: '' },
    has: { user_id: '4711', user_uid: 4711, user_gid: 0, user_dir: '' },
  },
  {
    name: 'file systems',
    subject: mounts,
    sections: {
      mounts:
        '1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n' +
        '2 1 8:1 /srv/data /mnt/with\\040blank rw - ext4 /dev/sda1 rw\n' +
        '3 1 0:40 / /nfs rw - nfs4 server:/export rw,vers=4.2',
      sizes: '4096 4096 1000 400 50 20 /',
      uuids: 'total 0\nlrwxrwxrwx 1 root root 10 Jan 1 00:00 0-1-2 -> ../../sda1',
    },
    has: {
      mounts: [
        {
          mount: '/',
          device: '/dev/sda1',
          fstype: 'ext4',
          options: 'rw,relatime,errors=remount-ro',
          size_total: 4096000,
          size_available: 1638400,
          block_size: 4096,
          block_total: 1000,
          block_available: 400,
          block_used: 600,
          inode_total: 50,
          inode_available: 20,
          inode_used: 30,
          uuid: '0-1-2',
        },
        { mount: '/mnt/with blank', device: '/dev/sda1', fstype: 'ext4', options: 'rw,bind', uuid: '0-1-2' },
        { mount: '/nfs', device: 'server:/export', fstype: 'nfs4', options: 'rw,vers=4.2', uuid: 'N/A' },
      ],
    },
  },
  {
    name: 'local facts',
    subject: local,
    sections: {
      local:
        '\u001fdata /etc/ansible/facts.d/j.fact\n{"a": [1, {"b": null}]}\n' +
        '\u001fdata /etc/ansible/facts.d/i.fact\n# x\n[Main]\nRole = lb\nlong: a\n  b\n' +
        '\u001fdata /etc/ansible/facts.d/bad.fact\njunk' +
        '\u001fprogram /etc/ansible/facts.d/run.fact\n',
    },
    has: {
      ansible_local: {
        j: { a: [1, { b: null }] },
        i: { Main: { role: 'lb', long: 'a\nb' } },
        bad: 'neither JSON nor INI: /etc/ansible/facts.d/bad.fact',
        run: 'not run: /etc/ansible/facts.d/run.fact is a program',
      },
    },
  },
  ...(
    [
      ['docker by its cgroup', { '/proc/1/cgroup': '0::/docker/abc' }, {}, 'docker', 'guest'],
      ['docker by its file', {}, { virtual: '/.dockerenv\n/dev/kvm' }, 'docker', 'guest'],
      ['podman by its environment', {}, { init: 'container=podman' }, 'podman', 'guest'],
      ['nspawn by systemd', { '/run/systemd/container': 'systemd-nspawn' }, {}, 'systemd-nspawn', 'guest'],
      ['QEMU', { '/sys/devices/virtual/dmi/id/sys_vendor': 'QEMU' }, { modules: 'kvm \n' }, 'kvm', 'guest'],
      ['VMware', { '/sys/devices/virtual/dmi/id/product_name': 'VMware7,1' }, {}, 'VMware', 'guest'],
      ['a machine that has guests', {}, { modules: 'virtio \nkvm ' }, 'kvm', 'host'],
      ['a plain machine', {}, {}, 'NA', 'NA'],
    ] as const
  ).map(([name, files, sections, type, role]): Case => ({
    name,
    subject: virtual,
    files,
    sections,
    has: { virtualization_type: type, virtualization_role: role },
  })),
]

test.each(cases.map((each): [string, Case] => [each.name, each]))(
  '%s',
  (_name, { subject, has, known, ...from }) => {
    expect(toJson(dict(subject.parse(seenOf(from), known ?? {})))).toMatchObject(has)
  },
)
