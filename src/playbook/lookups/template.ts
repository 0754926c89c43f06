import {
  compileTemplate,
  data,
  LookupFailure,
  str,
  type Environment,
  type LoadedTemplate,
  type Lookup,
  type Scope,
} from '../../jinja/index.ts'
import { type Dict, isDict, type Value } from '../../value.ts'

const OPTIONS = [
  'convert_data',
  'variable_start_string',
  'variable_end_string',
  'comment_start_string',
  'comment_end_string',
  'template_vars',
  'jinja2_native',
]

/** Ansible's `template`: what a template beside the task gives, as data where it looks like some. */
export function templateLookup(
  find: (name: string) => LoadedTemplate | undefined,
  environment: () => Environment,
): Lookup {
  return (terms, options, { scope }) => {
    for (const name of options.keys()) {
      if (!OPTIONS.includes(String(name))) throw new LookupFailure(`template has no option '${String(name)}'`)
    }
    const text = (name: string, usual: string): string => str(options.get(name) ?? usual)
    const own = options.get('template_vars')
    return terms.map((term): Value => {
      const found = find(str(term))
      if (!found) throw new LookupFailure(`there is no template ${str(term)}`)
      const template = compileTemplate(found.text, {
        file: found.file,
        keepTrailingNewline: false,
        delimiters: {
          variable: [text('variable_start_string', '{{'), text('variable_end_string', '}}')],
          comment: [text('comment_start_string', '{#'), text('comment_end_string', '#}')],
        },
      })
      const rendered = template.render(isDict(own) ? withOwn(scope, own) : scope, environment())
      return options.get('convert_data') === false ? rendered : data(rendered)
    })
  }
}

/** The same variables with these on top of all. */
export function withOwn(scope: Scope, own: Dict): Scope {
  return {
    lookup: (name) => (own.has(name) ? own.get(name) : scope.lookup(name)),
    names: () => [...own.keys()].map(String).concat([...(scope.names?.() ?? [])]),
  }
}
