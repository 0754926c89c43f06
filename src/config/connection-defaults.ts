import type { Raw, RawVariables } from '../variables/store.ts'
import type { Settings } from './settings.ts'
import type { SettingName } from './table.ts'

/** The settings that hosts may have variables for, as the weakest of these variables. */
export function connectionDefaults(settings: Settings): RawVariables {
  const names: [string, SettingName & keyof Settings][] = [
    ['ansible_port', 'remotePort'],
    ['ansible_host_key_checking', 'hostKeyChecking'],
    ['ansible_become_method', 'becomeMethod'],
    ['ansible_become_flags', 'becomeFlags'],
    ['ansible_become_exe', 'becomeExe'],
    ['ansible_ssh_args', 'sshArgs'],
    ['ansible_ssh_common_args', 'sshCommonArgs'],
    ['ansible_ssh_extra_args', 'sshExtraArgs'],
  ]
  const given = names.flatMap(([variable, name]): [string, Raw][] => {
    const value = settings[name]
    const place = settings.places.get(name)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[variable, { value, place }]]
      : []
  })
  return new Map(given)
}
