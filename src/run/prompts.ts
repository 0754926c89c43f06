import { HakubeError } from '../errors.ts'
import { compileExpression, str } from '../jinja/index.ts'
import type { Encrypt, Located, Play, Prompt } from '../playbook/model.ts'
import { toJson, type Value } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { RunOptions } from './options.ts'

/** Asks for one variable: what is typed, which may be nothing. */
export type Ask = (prompt: Prompt) => Promise<string>

/**
 * The plays with what their vars_prompt ask for among their variables; -e says it without a question. Throws HakubeError
 * where nobody can answer and nothing stands for the answer.
 */
export async function answered(
  plays: readonly Play[],
  { ask, extraVars, redactor }: Pick<RunOptions, 'ask' | 'extraVars' | 'redactor'>,
  { warn, scopeOf }: { warn: (text: string) => void; scopeOf: (play: Play) => TaskScope },
): Promise<Play[]> {
  const out: Play[] = []
  for (const play of plays) {
    const vars = new Map(play.vars)
    for (const written of play.varsPrompt ?? []) {
      const prompt = rendered(written, scopeOf({ ...play, vars }))
      const hide = (value: Value | undefined) => {
        if (prompt.private && typeof value === 'string' && value !== '') redactor.add(value)
      }
      // What -e or a default says stands in the open anyway.
      if (extraVars.has(prompt.name)) continue
      const typed = typeof ask === 'function' ? await ask(prompt) : ''
      hide(typed)
      if (ask === undefined && prompt.default)
        warn(`nobody can be asked for ${prompt.name}: it has its default`)
      const answer = valueOf(prompt, typed, ask !== undefined)
      if (prompt.encrypt) hide(answer.value)
      vars.set(prompt.name, answer)
    }
    out.push({ ...play, vars })
  }
  return out
}

/** Its text and what stands for an answer may be templates; as in Ansible the latter is text then. */
function rendered(prompt: Prompt, scope: TaskScope): Prompt {
  const { text, place, default: given } = prompt
  return {
    ...prompt,
    text: str(renderTree({ value: text, place }, scope)),
    default: given && { value: str(renderTree(given, scope)), place: given.place },
  }
}

function valueOf(prompt: Prompt, typed: string, wasAsked: boolean): Located {
  const { name, place, encrypt, unsafe } = prompt
  const given = typed === '' && prompt.default ? prompt.default : { value: typed, place }
  if (!wasAsked && !prompt.default)
    throw new HakubeError(`nobody can be asked for ${name}: standard input is no terminal`, {
      code: 'no-terminal',
      place,
      hint: `give it with -e ${name}=…, or write a default`,
    })
  const value = encrypt ? hashed(given, encrypt) : given.value
  return { value, place: given.place, ...(unsafe && { final: true }) }
}

function hashed({ value, place }: Located, { method, salt, saltSize }: Encrypt): Value {
  const names = new Map<string, Value>([
    ['answer', String(toJson(value))],
    ['method', method],
    ['salt', salt ?? null],
    ['size', saltSize ?? null],
  ])
  const expression = compileExpression('answer | password_hash(method, salt=salt, salt_size=size)', place)
  return expression.evaluate(
    { lookup: (name) => names.get(name), names: () => names.keys() },
    { random: Math.random },
  )
}
