import { dict } from '../value.ts'
import { readKeyValues } from './key-values.ts'
import type { Subject } from './subject.ts'

const FS = '/sys/fs/selinux'

/**
 * SELinux, which is on where its file system is mounted and it is configured: containers often see the
 * machine's file system but have no configuration. No Python library is needed for it.
 */
export const selinux: Subject = {
  files: [
    `${FS}/enforce`,
    `${FS}/policyvers`,
    '/etc/selinux/config',
    '/proc/sys/crypto/fips_enabled',
    '/sys/module/apparmor/parameters/enabled',
  ],
  parse: (seen) => {
    const enforce = seen.file(`${FS}/enforce`)
    const config = readKeyValues(seen.file('/etc/selinux/config'))
    const isOn = enforce !== undefined && seen.file('/etc/selinux/config') !== undefined
    return {
      selinux: isOn
        ? dict({
            status: 'enabled',
            policyvers: Number(seen.file(`${FS}/policyvers`) ?? 0),
            config_mode: config.get('SELINUX') ?? 'unknown',
            mode: enforce.trim() === '1' ? 'enforcing' : 'permissive',
            type: config.get('SELINUXTYPE') ?? 'unknown',
          })
        : dict({ status: 'disabled' }),
      selinux_python_present: false,
      apparmor: dict({
        status: seen.file('/sys/module/apparmor/parameters/enabled') === 'Y' ? 'enabled' : 'disabled',
      }),
      fips: seen.file('/proc/sys/crypto/fips_enabled') === '1',
    }
  },
}
