import type { TemplateLayout } from '../jinja/index.ts'
import { LAYOUT_PARAMS, layoutOf } from '../tasks/template-layout.ts'
import type { Located, Task } from './model.ts'
import { hasTemplate } from './reader.ts'

/** How the template of a task is written, by its parameters; undefined where only its variables tell. */
export function writtenLayout({ args }: Pick<Task, 'args'>): TemplateLayout | undefined {
  const given: [string, Located['value']][] = []
  for (const name of LAYOUT_PARAMS) {
    const value = args.get(name)?.value
    if (value === undefined) continue
    if (hasTemplate(value)) return undefined
    given.push([name, value])
  }
  return layoutOf(Object.fromEntries(given))
}
