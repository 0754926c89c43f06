import { rolesAt } from '../playbook/public-roles.ts'
import { HakubeError, isKnown } from '../errors.ts'
import { str } from '../jinja/index.ts'
import type { Play } from '../playbook/model.ts'
import type { TagsOf } from '../playbook/program.ts'
import { hasTemplate } from '../playbook/reader.ts'
import { roleLayers } from '../variables/role-layers.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'

/**
 * Fills in tags that are templates: of -e, and of the variables of the play, its roles and the task. As in Ansible, a text
 * may hold several tags, and a template make a list of them.
 */
export function filledTags(scopeOf: (play: Play) => TaskScope): TagsOf {
  return (task, { play, seen }) => {
    const roles = rolesAt(seen, Infinity)
    const { params, vars, defaults } = roleLayers(task.origin.role, roles)
    const scope = scopeOf(play).within({ params, above: [task.vars, ...vars], defaults })
    const fill = (tag: string): string[] => {
      if (!hasTemplate(tag)) return [tag]
      try {
        const value = renderTree({ value: tag, place: task.place }, scope)
        const texts = (Array.isArray(value) ? value : [value]).map((one) => str(one))
        return texts.flatMap((text) => text.split(',').map((one) => one.trim()))
      } catch (error) {
        if (!isKnown(error)) throw error
        throw new HakubeError(`the tag ${tag} must be known before the run: ${error.message}`, {
          code: 'not-static',
          place: task.place,
          hint: 'it may use -e and variables of the play and of its roles',
        })
      }
    }
    return [...new Set(task.tags.flatMap(fill))]
  }
}
