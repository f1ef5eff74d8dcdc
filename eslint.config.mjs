import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/** Rules of plain JavaScript that the type checker does not already cover. */
const plainRules = {
  eqeqeq: 'error',
  'no-alert': 'error',
  'no-async-promise-executor': 'error',
  'no-caller': 'error',
  'no-cond-assign': 'error',
  'no-console': 'error',
  'no-constant-binary-expression': 'error',
  'no-debugger': 'error',
  'no-duplicate-case': 'error',
  'no-empty': 'error',
  'no-eval': 'error',
  'no-fallthrough': 'error',
  'no-loss-of-precision': 'error',
  'no-new-func': 'error',
  'no-param-reassign': 'error',
  'no-self-assign': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-useless-catch': 'error',
  'no-useless-rename': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
}

const typedRules = {
  '@typescript-eslint/consistent-type-exports': 'error',
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
  ],
  '@typescript-eslint/prefer-readonly': 'error',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  // Interfaces of ports read as verbs: `close: () => void` and `close(): void` both occur, on purpose.
  '@typescript-eslint/unbound-method': 'off',
  // `async` on a function that implements a port's promise keeps its errors inside the promise.
  '@typescript-eslint/require-await': 'off',
  // `() => doIt()` handing on void is clear enough.
  '@typescript-eslint/no-confusing-void-expression': 'off',
  // Type parameters that appear once are how `CommandResult<N>` narrows at the call.
  '@typescript-eslint/no-unnecessary-type-parameters': 'off',
  // JSON and schema answers are compared with values the types say they cannot have; that is their check.
  '@typescript-eslint/no-unnecessary-condition': 'off',
  '@typescript-eslint/no-dynamic-delete': 'off',
  // Electron's declarations make every window class an instance of another.
  '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  '@typescript-eslint/no-deprecated': [
    'error',
    // Not outdated: the library marks it so that it stands out. Practice Google on loopback is what it is for.
    { allow: [{ from: 'package', package: 'openid-client', name: 'allowInsecureRequests' }] },
  ],
}

/** Core and contract are pure: time, chance, network and environment come in as values. */
const impureGlobals = ['fetch', 'process', 'setTimeout', 'setInterval', 'performance'].map((name) => ({
  name,
  message: 'Core and contract are pure: take it through a port or as a parameter.',
}))
const impureCalls = [
  ['Date', 'now'],
  ['Math', 'random'],
].map(([object, property]) => ({
  object,
  property,
  message: 'Core and contract take time and chance as values.',
}))

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'release/**',
      'node_modules/**',
      'renderer/messages/generated/**',
      '**/.svelte-kit/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{ts,mjs,cjs,js,svelte}'], rules: plainRules },
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: typedRules,
  },
  {
    files: ['renderer/**/*.svelte', 'renderer/**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // A style attribute in markup is refused by the content security policy; `style:name` goes through the CSSOM.
      'no-restricted-syntax': [
        'error',
        {
          selector: "SvelteAttribute[key.name='style']",
          message: 'The CSP forbids it; use a class or style:name.',
        },
      ],
      'svelte/button-has-type': 'error',
      'svelte/require-each-key': 'error',
      // The window has no pages to navigate to; links go out through the contract.
      'svelte/no-navigation-without-resolve': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // The linter sees snippet parameters and generated messages as `any`; svelte-check knows and checks their types.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['electron/core/**/*.ts', 'electron/contract/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': ['error', ...impureCalls],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Core and contract take time as a value.',
        },
      ],
    },
  },
  {
    files: ['electron/**/*.ts', 'renderer/**/*.{ts,svelte}'],
    rules: {
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['build/**', 'test/**', 'electron/cli/**', 'eslint.config.mjs'],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    rules: {
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      // electron-builder and dpkg have placeholders of their own that look like these.
      'no-template-curly-in-string': 'off',
    },
  },
  { files: ['renderer/project.inlang/*.js'], languageOptions: { globals: globals.node } },
  { files: ['build/**/*.{cjs,js}'], languageOptions: { sourceType: 'commonjs' } },
)
