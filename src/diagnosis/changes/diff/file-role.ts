/** What a file of a repository is for; only some can change what production does. */
export type FileRole =
  | 'code'
  | 'config'
  | 'manifest'
  | 'lock'
  | 'image'
  | 'migration'
  | 'prompt'
  | 'docs'
  | 'test'
  | 'style'
  | 'ci'
  | 'elsewhere'

const roles: readonly (readonly [FileRole, RegExp])[] = [
  [
    'test',
    /(^|\/)(tests?|__tests__|testdata|fixtures|spec|e2e|mocks?|__mocks__|__snapshots__)\/|[._-](test|spec|fuzz|bench)\.\w+$|(^|\/)test_\w+\.py$|\w(Test|Tests|IT|Spec)\.(java|kt|scala|cs)$|\.snap$|golden/,
  ],
  [
    'docs',
    /(^|\/)(docs?|documentation|runbooks?|adr)\/|(^|\/)(readme|changelog|contributing|licen[cs]e|notice|authors|codeowners|security)(\.\w+)?$|\.(md|mdx|rst|adoc)$/i,
  ],
  [
    'ci',
    /(^|\/)\.(github|gitlab|circleci|buildkite|husky|vscode|idea)\/|(^|\/)(\.gitlab-ci\.yml|jenkinsfile|\.golangci\.ya?ml|\.eslintrc[\w.]*|\.prettierrc[\w.]*|\.editorconfig|\.gitignore|\.pre-commit-config\.yaml|biome\.json|makefile|codecov\.yml)$/i,
  ],
  [
    'style',
    /\.(css|scss|less|sass|svg|png|jpe?g|gif|ico|webp|woff2?|ttf)$|(^|\/)(theme|colors|palette)\.(ts|js|json)$/i,
  ],
  [
    'elsewhere',
    /(^|\/)(staging|stage|dev|develop|qa|uat|sandbox|preview|local)\/|[._-](staging|dev|qa|local|sandbox)\.(ya?ml|json|env|toml|tfvars|properties)$/i,
  ],
  [
    'lock',
    /(^|\/)(go\.sum|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|cargo\.lock|poetry\.lock|gemfile\.lock|composer\.lock|pipfile\.lock|uv\.lock)$/i,
  ],
  [
    'manifest',
    /(^|\/)(go\.mod|package\.json|requirements[\w.-]*\.txt|pyproject\.toml|setup\.py|cargo\.toml|pom\.xml|build\.gradle(\.kts)?|libs\.versions\.toml|gemfile|composer\.json|mix\.exs|chart\.yaml|[\w.]+\.csproj|directory\.packages\.props|pipfile)$/i,
  ],
  ['image', /(^|\/)(dockerfile|containerfile)[\w.-]*$|\.dockerfile$/i],
  [
    'migration',
    /(^|\/)(migrations?|migrate|alembic|flyway|liquibase|schema)\/|\.sql$|(^|\/)schema\.(rb|prisma)$/i,
  ],
  ['prompt', /(^|\/)prompts?\/|\.(prompt|prompty)(\.\w+)?$/i],
  [
    'config',
    /\.(ya?ml|json|toml|ini|env|properties|conf|cfg|hcl|tf|tfvars|xml|plist|cue|jsonnet)$|(^|\/)\.env[\w.]*$/i,
  ],
  // An object of Kubernetes, such as `Deployment/shop/cart`.
  ['config', /^[A-Z][a-z]\w+\/[\w.-]+(\/[\w.-]+)?$/],
]

/** By its path alone; what nothing tells is code. */
export const roleOf = (path: string): FileRole =>
  roles.find(([, pattern]) => pattern.test(path.slice(0, 500)))?.[0] ?? 'code'

/** Whether a change of such a file can change what production does. */
export const behaves = (role: FileRole): boolean =>
  role !== 'docs' &&
  role !== 'test' &&
  role !== 'style' &&
  role !== 'ci' &&
  role !== 'elsewhere' &&
  role !== 'lock'
