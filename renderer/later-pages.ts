import AddClientDialog from './features/clients/AddClientDialog.svelte'
import ClientsPage from './features/clients/ClientsPage.svelte'
import FirstStart from './features/first-start/FirstStart.svelte'
import { paletteCommands, switchCommands } from './features/palette/palette-commands.ts'
import Palette from './features/palette/Palette.svelte'
import FoldersPage from './features/folders/FoldersPage.svelte'
import ForeignDialog from './features/inspection/ForeignDialog.svelte'
import AskDesk from './features/programs/AskDesk.svelte'
import LockStrip from './features/programs/LockStrip.svelte'
import { programView } from './features/programs/program-view.svelte.ts'
import ProgramsPage from './features/programs/ProgramsPage.svelte'
import RevocationNews from './features/revocation/RevocationNews.svelte'
import RevocationPage from './features/revocation/RevocationPage.svelte'
import ScopesPage from './features/scopes/ScopesPage.svelte'
import ShortcutsPage from './features/shortcuts/ShortcutsPage.svelte'
import CauseDialog from './features/practice/CauseDialog.svelte'
import SettingsPage from './features/settings/SettingsPage.svelte'
import FlowPage from './features/sign-in/FlowPage.svelte'
import SignInPage from './features/sign-in/SignInPage.svelte'
import { SittingControl } from './features/week/sitting-control.svelte.ts'
import SittingBar from './features/week/SittingBar.svelte'
import WeekPage from './features/week/WeekPage.svelte'
import { overlayParts } from './ui/overlay-parts.ts'

/** Everything beyond the list of accounts; loaded by `App.svelte` once that list is on the screen. */
export const laterPages = {
  AddClientDialog,
  AskDesk,
  CauseDialog,
  ClientsPage,
  FirstStart,
  FlowPage,
  FoldersPage,
  ForeignDialog,
  LockStrip,
  Palette,
  ProgramsPage,
  RevocationNews,
  RevocationPage,
  ScopesPage,
  SettingsPage,
  ShortcutsPage,
  SignInPage,
  SittingBar,
  SittingControl,
  WeekPage,
  overlayParts,
  paletteCommands,
  programView,
  switchCommands,
}
