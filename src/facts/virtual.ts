import { sh } from '../shell/sh.ts'
import type { Seen } from './seen.ts'
import type { Facts, Subject } from './subject.ts'

const DMI = '/sys/devices/virtual/dmi/id'
const PATHS = ['/.dockerenv', '/run/.containerenv', '/dev/kvm', '/proc/vz', '/proc/xen']

/** Words of the firmware → the kind of machine. The first that is found counts. */
const MACHINES: readonly (readonly [file: string, words: readonly string[], type: string])[] = [
  ['product_name', ['KVM', 'KVM Server', 'Bochs', 'AHV'], 'kvm'],
  ['sys_vendor', ['oVirt'], 'oVirt'],
  ['product_name', ['RHEV Hypervisor'], 'RHEV'],
  ['product_name', ['VMware Virtual Platform', 'VMware7,1', 'VMware20,1'], 'VMware'],
  ['product_name', ['OpenStack Compute', 'OpenStack Nova'], 'openstack'],
  ['bios_vendor', ['Xen'], 'xen'],
  ['bios_vendor', ['innotek GmbH'], 'virtualbox'],
  ['bios_vendor', ['Amazon EC2', 'DigitalOcean', 'Hetzner'], 'kvm'],
  ['sys_vendor', ['QEMU', 'Amazon EC2', 'DigitalOcean', 'Google', 'Scaleway', 'Nutanix'], 'kvm'],
  ['sys_vendor', ['KubeVirt'], 'KubeVirt'],
  ['sys_vendor', ['Microsoft Corporation'], 'VirtualPC'],
  ['sys_vendor', ['Parallels Software International Inc.'], 'parallels'],
  ['sys_vendor', ['OpenStack Foundation'], 'openstack'],
]

/** Whether the host is a container or a virtual machine, and of what kind. */
export const virtual: Subject = {
  files: [
    '/proc/1/cgroup',
    '/run/systemd/container',
    ...['product_name', 'sys_vendor', 'bios_vendor'].map((n) => `${DMI}/${n}`),
  ],
  // Only root may read the first process's environment.
  probe: sh`section virtual
for path in ${PATHS}; do [ -e "$path" ] && printf '%s\n' "$path"; done
section init
[ -r /proc/1/environ ] && tr '\0' '\n' </proc/1/environ | grep '^container='
section modules
[ -r /proc/modules ] && grep -oE '^(kvm|vboxdrv|virtio) ' /proc/modules`,
  parse: (seen) => {
    const [type, role] = kindOf(seen)
    return { virtualization_type: type, virtualization_role: role } satisfies Facts
  },
}

function kindOf(seen: Seen): [type: string, role: string] {
  const container = containerOf(seen)
  if (container !== undefined) return [container, 'guest']
  const exists = (path: string): boolean => (seen.section('virtual') ?? '').split('\n').includes(path)
  if (exists('/proc/vz')) return ['openvz', 'guest']
  if (exists('/proc/xen')) return ['xen', 'guest']
  for (const [file, words, type] of MACHINES) {
    if (words.includes(seen.file(`${DMI}/${file}`) ?? '')) return [type, 'guest']
  }
  const modules = (seen.section('modules') ?? '').split('\n').map((line) => line.trim())
  if (modules.includes('kvm')) return ['kvm', 'host']
  if (modules.includes('vboxdrv')) return ['virtualbox', 'host']
  if (modules.includes('virtio')) return ['kvm', 'guest']
  return exists('/dev/kvm') ? ['kvm', 'host'] : ['NA', 'NA']
}

function containerOf(seen: Seen): string | undefined {
  const group = seen.file('/proc/1/cgroup') ?? ''
  if (/\/docker(\/|-[0-9a-f]+\.scope)/.test(group)) return 'docker'
  if (/\/lxc\/|\/machine\.slice\/machine-lxc/.test(group)) return 'lxc'
  if (group.includes('/system.slice/containerd.service')) return 'containerd'
  const said = /^container=(.+)$/m.exec(seen.section('init') ?? '')?.[1]
  if (said !== undefined) return ['lxc', 'podman'].find((name) => said.includes(name)) ?? 'container'
  const systemd = seen.file('/run/systemd/container')
  if (systemd !== undefined && systemd !== '') return systemd.trim()
  const files = seen.section('virtual') ?? ''
  if (files.includes('/.dockerenv')) return 'docker'
  return files.includes('/run/.containerenv') ? 'podman' : undefined
}
