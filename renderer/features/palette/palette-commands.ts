import { abilitiesOf } from '../../../electron/contract/kinds.ts'
import type { PracticeRules } from '../../../electron/contract/views.ts'
import { errorText } from '../../messages/error-text.ts'
import { m } from '../../messages/generated/messages.js'
import { errorTable } from '../../state/locale.svelte.ts'
import type { Place } from '../../state/navigation.svelte.ts'
import { holdsUsable } from '../accounts/access.ts'
import { canCheck, names, titleOf } from '../accounts/account-list.ts'
import { asEverywhereText } from '../clients/active-text.ts'
import { signsIn } from '../clients/client-ways.ts'
import { publishingText } from '../clients/publishing-text.ts'
import { folderCommands } from '../folders/folders-commands.ts'
import { programCommands } from '../programs/programs-commands.ts'
import { faultText, practiceFaults } from '../practice/fault-text.ts'
import { inspectionCommands } from '../inspection/inspection-commands.ts'
import { revocationCommands } from '../revocation/revocation-commands.ts'
import { scopeCommands } from '../scopes/scopes-commands.ts'
import { serviceCommands } from '../service-accounts/service-commands.ts'
import { shortcuts } from '../shortcuts/shortcuts.ts'
import { checkEveryText } from '../settings/check-every.ts'
import { canCancel, isOver, whoText } from '../sign-in/flow-text.ts'
import { wayText } from '../sign-in/way-text.ts'
import { weekRows } from '../week/week-list.ts'
import type { Maker, PaletteCommand, PaletteWorld } from './palette-command.ts'

const hourMs = 3_600_000

/** The pages that have a shortcut: all of them. */
const pages: Maker = ({ navigation }) =>
  shortcuts.flatMap(({ id, text, to }) =>
    to ? [{ id, text: text(), hint: m.go(), run: () => navigation.go(to) }] : [],
  )

const switching: Maker = ({ snapshot, switchAccount }) =>
  snapshot.readOnly || snapshot.accounts.length < 2
    ? []
    : [{ id: 'switch-account', text: m.switch_account(), hint: m.action(), run: switchAccount }]

const additions: Maker = ({ snapshot, navigation, addClient, chooseFile, pasteFile }) =>
  snapshot.readOnly
    ? []
    : [
        {
          id: 'sign-in',
          text: m.sign_in_an_account(),
          hint: m.action(),
          run: () => navigation.go({ page: 'sign-in', accountId: null, clientId: null }),
        },
        { id: 'add-client', text: m.add_client(), hint: m.action(), run: addClient },
        { id: 'choose-file', text: m.choose_file(), hint: m.add_client(), run: chooseFile },
        { id: 'paste-file', text: m.paste_clipboard(), hint: m.add_client(), run: pasteFile },
      ]

const week: Maker = ({ snapshot, renewAll }) => {
  const rows = weekRows(snapshot.accounts, snapshot.clients).filter((row) => row.need.renewable)
  if (snapshot.readOnly || rows.length < 2) return []
  return [
    {
      id: 'renew-all',
      text: m.renew_all({ count: rows.length }),
      hint: m.week(),
      run: () => renewAll(rows),
    },
  ]
}

const links: Maker = ({ actions }) => [
  {
    id: 'guide',
    text: m.open_guide(),
    hint: m.go(),
    run: () => void actions.openLink('google-native-app'),
  },
  {
    id: 'console',
    text: m.open_console(),
    hint: m.go(),
    run: () => void actions.openLink('cloud-clients'),
  },
]

const preferences: Maker = ({ snapshot, actions }) => [
  ...(['system', 'light', 'dark'] as const).map((theme) => ({
    id: `theme-${theme}`,
    text: `${m.theme()}: ${{ system: m.theme_system, light: m.theme_light, dark: m.theme_dark }[theme]()}`,
    hint: m.settings(),
    run: () => void actions.updateSettings({ theme }),
  })),
  ...(['system', 'en', 'hi'] as const).map((language) => ({
    id: `language-${language}`,
    text: `${m.language()}: ${{ system: m.language_system(), en: 'English', hi: 'हिन्दी' }[language]}`,
    hint: m.settings(),
    run: () => void actions.updateSettings({ language }),
  })),
  {
    id: 'browser-system',
    text: `${m.browser()}: ${m.browser_system()}`,
    hint: m.settings(),
    run: () => void actions.chooseBrowser(null),
  },
  { id: 'browser-pick', text: m.choose_program(), hint: m.settings(), run: () => void actions.pickBrowser() },
  ...(['day', 'week', 'month', 'never'] as const).map((checkEvery) => ({
    id: `check-${checkEvery}`,
    text: `${m.check_every()}: ${checkEveryText(checkEvery)}`,
    hint: m.settings(),
    run: () => void actions.updateSettings({ checkEvery }),
  })),
  ...(['system', 'none'] as const).map((kind) => ({
    id: `proxy-${kind}`,
    text: `${m.proxy()}: ${{ system: m.proxy_system, none: m.proxy_none }[kind]()}`,
    hint: m.settings(),
    run: () => void actions.updateSettings({ proxy: { kind } }),
  })),
  { id: 'ca-pick', text: m.ca_choose(), hint: m.settings(), run: () => void actions.pickCaFile() },
  ...(snapshot.settings.caFile === null
    ? []
    : [
        {
          id: 'ca-remove',
          text: `${m.ca_file()}: ${m.ca_remove()}`,
          hint: m.settings(),
          run: () => void actions.clearCaFile(),
        },
      ]),
]

const practice: Maker = ({ snapshot, actions, cause }) => {
  if (!snapshot.practice) return []
  const { accounts, rules } = snapshot.practice
  const make = (id: string, text: string, run: () => unknown): PaletteCommand => ({
    id: `practice-${id}`,
    text,
    hint: m.practice(),
    run: () => void run(),
  })
  const rule = (change: Partial<PracticeRules>): Promise<boolean> =>
    actions.practiceAct({ act: 'set-rules', rules: { ...rules, ...change } })
  const otherPublishing = rules.publishing === 'testing' ? 'production' : 'testing'
  return [
    make('cause', m.practice_cause(), cause),
    make('fault-none', `${m.practice_fault()}: ${m.fault_none()}`, () =>
      actions.practiceAct({ act: 'set-fault', fault: null }),
    ),
    ...practiceFaults.map((fault) =>
      make(`fault-${fault}`, `${m.practice_fault()}: ${faultText(fault)}`, () =>
        actions.practiceAct({ act: 'set-fault', fault }),
      ),
    ),
    make('publishing', `${m.publishing()}: ${publishingText(otherPublishing)}`, () =>
      rule({ publishing: otherPublishing }),
    ),
    make('client', rules.clientDeleted ? m.practice_restore_client() : m.practice_delete_client(), () =>
      rule({ clientDeleted: !rules.clientDeleted }),
    ),
    ...(['same', 'other'] as const).map((project) =>
      make(
        `add-${project}`,
        `${m.practice_clients()}: ${{ same: m.practice_add_same, other: m.practice_add_other }[project]()}`,
        () => actions.practiceAct({ act: 'add-client', project }),
      ),
    ),
    ...(['web', 'device'] as const).map((kind) =>
      make(
        `add-${kind}`,
        `${m.practice_clients()}: ${{ web: m.practice_add_web, device: m.practice_add_device }[kind]()}`,
        () => actions.practiceAct({ act: 'add-client', project: 'same', kind }),
      ),
    ),
    ...accounts.flatMap(({ sub, email }) => [
      make(`password-${sub}`, `${m.practice_password()}: ${email}`, () =>
        actions.practiceAct({ act: 'change-password', sub }),
      ),
      make(`revoke-${sub}`, `${m.practice_revoke()}: ${email}`, () =>
        actions.practiceAct({ act: 'revoke-at-account-page', sub }),
      ),
    ]),
  ]
}

const profile: Maker = ({ snapshot, actions }) => {
  if (snapshot.profile === 'real') {
    return [
      {
        id: 'practice',
        text: m.open_practice(),
        hint: m.profile(),
        run: () => void actions.openProfile('practice'),
      },
    ]
  }
  return [
    { id: 'real', text: m.back_to_real(), hint: m.profile(), run: () => void actions.openProfile('real') },
    {
      id: 'plus-hour',
      text: m.plus_hour_long(),
      hint: m.time_machine(),
      run: () => void actions.moveClock(hourMs),
    },
    {
      id: 'plus-day',
      text: m.plus_day_long(),
      hint: m.time_machine(),
      run: () => void actions.moveClock(24 * hourMs),
    },
    {
      id: 'plus-week',
      text: m.plus_week_long(),
      hint: m.time_machine(),
      run: () => void actions.moveClock(168 * hourMs),
    },
  ]
}

const flows: Maker = ({ snapshot, actions, navigation }) =>
  snapshot.flows.flatMap((flow) => {
    const who = whoText(flow)
    const show = {
      id: `flow-${flow.flowId}`,
      text: m.show_sign_in({ email: who }),
      hint: m.go(),
      run: () => navigation.go({ page: 'flow', flowId: flow.flowId }),
    }
    const make = (id: string, text: string, run: () => void): PaletteCommand => ({
      id: `${id}-${flow.flowId}`,
      text: `${text}: ${who}`,
      hint: m.action(),
      run,
    })
    const waiting =
      flow.step.kind === 'waiting'
        ? [
            make('copy', m.copy_link(), () => void actions.copyLink(flow.flowId)),
            make('again', m.open_again(), () => void actions.openBrowserAgain(flow.flowId)),
          ]
        : []
    const { step } = flow
    const code =
      step.kind === 'showing-code'
        ? [
            make('code', m.code_copy(), () => void actions.copyText(step.userCode)),
            make('code-page', m.code_open_here(), () => void actions.openBrowserAgain(flow.flowId)),
          ]
        : []
    // What Latchkey makes of the clipboard is said on the sign-in's own page.
    const paste = flow.answer?.paste
      ? [
          make('paste', m.paste_zone(), () =>
            navigation.go({ page: 'flow', flowId: flow.flowId, paste: true }),
          ),
        ]
      : []
    const choice =
      flow.step.kind === 'choosing-account'
        ? [
            make('keep', m.keep_own_account(), () => void actions.chooseAccount(flow.flowId, true)),
            make('discard', m.discard(), () => void actions.chooseAccount(flow.flowId, false)),
          ]
        : []
    const cancel = canCancel(flow)
      ? [make('cancel', m.cancel_sign_in(), () => void actions.cancelSignIn(flow.flowId))]
      : []
    const close = isOver(flow) ? [make('close', m.close(), () => void actions.dismissFlow(flow.flowId))] : []
    return [show, ...waiting, ...code, ...paste, ...choice, ...cancel, ...close]
  })

const problems: Maker = ({ snapshot, actions }) =>
  snapshot.problems.flatMap((problem) => {
    const hint = errorText(problem.error, errorTable()).message
    const resume =
      problem.action === 'continue-ledger'
        ? [
            {
              id: 'continue-ledger',
              text: m.continue_ledger(),
              hint,
              run: () => void actions.continueLedger(),
            },
          ]
        : []
    const dismiss = problem.dismissible
      ? [
          {
            id: `dismiss-${problem.problemId}`,
            text: m.dismiss(),
            hint,
            run: () => void actions.dismissProblem(problem.problemId),
          },
        ]
      : []
    return [...resume, ...dismiss]
  })

const clients: Maker = ({ snapshot, actions, navigation }) =>
  snapshot.clients.flatMap((client) => {
    const { clientId } = client
    const show = {
      id: `client-${clientId}`,
      text: client.label,
      hint: m.client(),
      run: () => navigation.go({ page: 'clients', clientId }),
    }
    if (snapshot.readOnly) return [show]
    const make = (id: string, text: string, place: Place): PaletteCommand => ({
      id: `${id}-${clientId}`,
      text: `${text}: ${client.label}`,
      hint: m.client(),
      run: () => navigation.go(place),
    })
    const signIn =
      client.ways.length > 0 && !client.secretMissing
        ? [make('client-sign-in', m.sign_in_with_client(), { page: 'sign-in', accountId: null, clientId })]
        : []
    // Each way by its name, where there is more than one or the one is unusual.
    const ways = signIn.length === 0 ? [] : client.ways.filter((way) => way !== 'loopback')
    const byWay = ways.map((way) =>
      make(`client-way-${way}`, `${m.sign_in()}: ${wayText(way)}`, {
        page: 'sign-in',
        accountId: null,
        clientId,
        way,
      }),
    )
    const asEverywhere =
      client.activeAccountId === null
        ? []
        : [
            {
              id: `client-as-everywhere-${clientId}`,
              text: `${m.active_under_client()}: ${asEverywhereText(snapshot.accounts)}`,
              hint: client.label,
              run: () => void actions.setActiveFor(clientId, null),
            },
          ]
    return [
      show,
      ...signIn,
      ...byWay,
      ...asEverywhere,
      make('client-label', m.edit_label(), { page: 'clients', clientId, ask: 'label' }),
      {
        ...make('client-keep-alive', client.keepAlive ? m.keep_alive_stop() : m.keep_alive(), {
          page: 'clients',
          clientId,
        }),
        run: () => void actions.updateClient(clientId, { keepAlive: !client.keepAlive }),
      },
      {
        ...make('client-retired', client.retired ? m.retired_back() : m.retired(), {
          page: 'clients',
          clientId,
        }),
        run: () => void actions.updateClient(clientId, { retired: !client.retired }),
      },
      make('client-remove', m.remove_client(), { page: 'clients', clientId, ask: 'remove' }),
    ]
  })

const accounts: Maker = ({ snapshot, actions, navigation }) =>
  snapshot.accounts.flatMap((account) => {
    const title = titleOf(account)
    const show = {
      id: `account-${account.accountId}`,
      text: title === account.email ? title : `${title} (${account.email})`,
      hint: m.account(),
      run: () => navigation.go({ page: 'accounts', accountId: account.accountId }),
    }
    if (snapshot.readOnly) return [show]
    const activate = account.active
      ? []
      : [
          {
            id: `activate-${account.accountId}`,
            text: m.make_active_named({ email: account.email }),
            hint: m.action(),
            run: () => void actions.activate(account.accountId),
          },
        ]
    const activateUnder = snapshot.clients
      .filter(
        (client) =>
          client.activeAccountId !== account.accountId &&
          account.grants.some((grant) => grant.clientId === client.clientId),
      )
      .map((client) => ({
        id: `activate-${account.accountId}-${client.clientId}`,
        text: `${m.active_under_client()}: ${account.email}`,
        hint: client.label,
        run: () => void actions.setActiveFor(client.clientId, account.accountId),
      }))
    const again = account.grants
      .filter(
        ({ clientId, kind }) =>
          abilitiesOf[kind].refreshes && signsIn(snapshot.clients.find((one) => one.clientId === clientId)),
      )
      .map((grant) => ({
        id: `again-${account.accountId}-${grant.clientId}`,
        text: m.sign_in_again_named({ email: account.email }),
        hint: snapshot.clients.find((client) => client.clientId === grant.clientId)?.label ?? '',
        run: () => void actions.signInAgain(account.accountId, grant),
      }))
    const ask = (['label', 'forget'] as const).map((what) => ({
      id: `${what}-${account.accountId}`,
      text: `${what === 'label' ? m.edit_label() : m.forget_here()}: ${account.email}`,
      hint: m.account(),
      run: () => navigation.go({ page: 'accounts', accountId: account.accountId, ask: what }),
    }))
    const repeats = account.grants
      .filter(({ access }) => access !== null)
      .flatMap((grant) => {
        const client = snapshot.clients.find((one) => one.clientId === grant.clientId)
        if (!client || client.secretMissing) return []
        return [
          {
            id: `repeat-${account.accountId}-${grant.clientId}`,
            text: m.access_repeat_named({ email: account.email }),
            hint: client.label,
            run: () => void actions.repeatAccess(account.accountId, grant),
          },
        ]
      })
    const held = account.grants.filter(holdsUsable)
    const check = !canCheck(account)
      ? []
      : [
          {
            id: `check-now-${account.accountId}`,
            text: m.check_account_now({ email: account.email }),
            hint: m.action(),
            run: () => void actions.checkAccount(account.accountId),
          },
        ]
    const copies = held.map((grant) => ({
      id: `copy-token-${account.accountId}-${grant.clientId}`,
      text: m.copy_token_of({ email: account.email }),
      hint: snapshot.clients.find((client) => client.clientId === grant.clientId)?.label ?? '',
      run: () => void actions.copyAccessToken(account.accountId, grant.clientId),
    }))
    return [show, ...activate, ...activateUnder, ...again, ...repeats, ...check, ...copies, ...ask]
  })

/** The accounts to switch to, by name; the active one last, so that Enter alone switches between two. */
export const switchCommands: Maker = ({ snapshot, actions }) =>
  snapshot.readOnly
    ? []
    : [...snapshot.accounts]
        .sort((a, b) => Number(a.active) - Number(b.active) || names.compare(titleOf(a), titleOf(b)))
        .map((account) => ({
          id: `switch-${account.accountId}`,
          text: account.label ? `${account.label} (${account.email})` : account.email,
          hint: account.active ? m.active() : '',
          run: () => void (account.active ? undefined : actions.activate(account.accountId)),
        }))

/** Everything that can be done right now, in the order in which an empty palette shows it. */
export function paletteCommands(world: PaletteWorld): PaletteCommand[] {
  return [
    additions,
    switching,
    flows,
    problems,
    pages,
    week,
    profile,
    practice,
    folderCommands,
    revocationCommands,
    scopeCommands,
    programCommands,
    inspectionCommands,
    serviceCommands,
    preferences,
    links,
    accounts,
    clients,
  ].flatMap((make) => make(world))
}
