/** What a keyword takes, in words; the schema knows what each of them means. */
export type KeywordType =
  | 'truth value'
  | 'text'
  | 'text or list of text'
  | 'whole number'
  | 'number'
  | 'mapping'
  | 'mapping, or list of mappings'
  | 'condition, or list of conditions'
  | 'list'
  | 'list of tasks'
  | 'list of roles'
  | 'parameters'
  | 'number, percentage, or list of them'
  | 'any value'

/** One keyword, for the docs, the schema and `hakube keywords`. Where it may stand is said by the loader's tables. */
export interface KeywordDoc {
  /** One or two sentences. */
  about: string
  type: KeywordType
  /** As YAML; undefined = none. */
  default?: string
  values?: readonly string[]
  /** Plays or tasks that load as they are. */
  example: string
  /** What a user of Ansible would not expect. */
  differs?: string
}

export type KeywordDocs = Readonly<Record<string, KeywordDoc>>
