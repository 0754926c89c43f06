import { group } from './group.ts'
import { package_ } from './package.ts'
import { path } from './path.ts'
import { platform } from './platform.ts'
import { port } from './port.ts'
import { script } from './script.ts'
import { sysctl } from './sysctl.ts'
import { unit } from './unit.ts'
import { user } from './user.ts'

/** Every kind of question there is. A module asks only these. */
export const kinds = { platform, path, user, group, package: package_, unit, sysctl, port, script }
