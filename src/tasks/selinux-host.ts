import type { Plan } from '../task.ts'

/** Said of modules for SELinux in the docs. */
export const NOT_SHOWN =
  'Not shown on a host with SELinux: the test hosts have none. Its question and its script are tested on recorded output of EL 9.'

/** What a task for SELinux does where SELinux is switched off. */
export function switchedOff(): Plan {
  return {
    status: 'fail',
    message: 'SELinux is switched off on this host',
    hint: "leave the task out there: when: ansible_selinux.status == 'enabled'",
  }
}
