import { sh } from '../shell/sh.ts'
import { distributionFacts, distributionFiles } from './distribution.ts'
import { lsbFacts } from './lsb.ts'
import { nameFacts } from './names.ts'
import type { Seen } from './seen.ts'
import type { Facts, Subject } from './subject.ts'

const KERNEL = '/proc/sys/kernel'

/** What the machine runs: kernel, distribution, names, architecture. */
export const os: Subject = {
  files: [
    ...distributionFiles,
    `${KERNEL}/ostype`,
    `${KERNEL}/osrelease`,
    `${KERNEL}/version`,
    `${KERNEL}/hostname`,
    '/etc/hosts',
    '/etc/machine-id',
    '/var/lib/dbus/machine-id',
    '/etc/lsb-release',
  ],
  // The fifth byte of an ELF file is 1 for 32 and 2 for 64 bits; od looks at itself.
  probe: sh`section machine
uname -m
section elf
od -An -tu1 -j4 -N1 /proc/self/exe
section lsb
command -v lsb_release`,
  parse: (seen) => {
    const system = seen.file(`${KERNEL}/ostype`) ?? 'Linux'
    return {
      system,
      kernel: seen.file(`${KERNEL}/osrelease`),
      kernel_version: seen.file(`${KERNEL}/version`),
      ...machineFacts(seen),
      ...nameFacts(seen.file(`${KERNEL}/hostname`) ?? '', seen.file('/etc/hosts') ?? ''),
      machine_id: (seen.file('/var/lib/dbus/machine-id') ?? seen.file('/etc/machine-id'))?.split('\n')[0],
      ...distributionFacts(seen, system),
      lsb: lsbFacts(seen),
    }
  },
}

function machineFacts(seen: Seen): Facts {
  const machine = seen.section('machine')?.trim() ?? ''
  const elf = seen.section('elf')?.trim()
  const bits = elf === '1' ? '32' : elf === '2' ? '64' : undefined
  const isX86 = machine === 'x86_64' || /^i[3456]86$/.test(machine)
  return {
    machine,
    architecture: /^i[3456]86$/.test(machine) ? 'i386' : machine,
    userspace_bits: bits,
    userspace_architecture: isX86 && bits !== undefined ? (bits === '64' ? 'x86_64' : 'i386') : undefined,
  }
}
