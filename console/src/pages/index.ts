import {
  Activity,
  Boxes,
  FileText,
  FlaskConical,
  GitFork,
  Inbox,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Radio,
  Ruler,
  ScrollText,
  UserCheck,
} from 'lucide-react';
import { type ComponentType, lazy } from 'react';

export interface NavPage {
  path: string;
  label: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
  /** Words that the palette finds it by. */
  words: string;
}

/** The pages by the question they answer. */
export const navigation: readonly { title: string; pages: readonly NavPage[] }[] = [
  {
    title: 'Watch',
    pages: [
      { path: '/', label: 'Overview', icon: LayoutDashboard, key: 'o', words: 'home rates delay' },
      { path: '/flow', label: 'Flow', icon: GitFork, key: 'f', words: 'graph steps topics' },
      { path: '/events', label: 'Events', icon: Activity, key: 'e', words: 'search trail request id' },
      { path: '/logs', label: 'Logs', icon: ScrollText, key: 'l', words: 'lines errors' },
    ],
  },
  {
    title: 'Settle',
    pages: [
      { path: '/dead-letters', label: 'Dead letters', icon: Inbox, key: 'd', words: 'fix replay failed' },
      { path: '/rules', label: 'Rules', icon: Ruler, key: 'r', words: 'repairs approve rollback' },
    ],
  },
  {
    title: 'Know',
    pages: [
      { path: '/contracts', label: 'Contracts', icon: FileText, key: 'c', words: 'schema versions drift' },
      { path: '/sources', label: 'Sources', icon: Radio, key: 's', words: 'senders unstable' },
      { path: '/test', label: 'Test', icon: FlaskConical, key: 't', words: 'send event by hand' },
      {
        path: '/state',
        label: 'State and queues',
        icon: Boxes,
        key: 'q',
        words: 'topics consumers pause resume',
      },
      { path: '/keys', label: 'Keys', icon: KeyRound, key: 'k', words: 'token role access revoke api' },
      { path: '/audit', label: 'Audit', icon: UserCheck, key: 'u', words: 'who did what keys acts' },
    ],
  },
];

export const allPages = navigation.flatMap(({ pages }) => pages);

export const routes: readonly { path: string; page: ComponentType }[] = [
  { path: '/', page: lazy(() => import('./overview/overview.tsx')) },
  { path: '/dead-letters', page: lazy(() => import('./dead-letters/groups.tsx')) },
  { path: '/dead-letters/all', page: lazy(() => import('./dead-letters/all.tsx')) },
  { path: '/dead-letters/group/:signature', page: lazy(() => import('./dead-letters/group.tsx')) },
  { path: '/dead-letters/group/:signature/correct', page: lazy(() => import('./correct/correct.tsx')) },
  { path: '/dead-letters/:id', page: lazy(() => import('./dead-letters/letter.tsx')) },
  { path: '/events', page: lazy(() => import('./events/events.tsx')) },
  { path: '/events/:id', page: lazy(() => import('./events/trail.tsx')) },
  { path: '/rules', page: lazy(() => import('./rules/rules.tsx')) },
  { path: '/rules/:id', page: lazy(() => import('./rules/rule.tsx')) },
  { path: '/flow', page: lazy(() => import('./flow/flow.tsx')) },
  { path: '/logs', page: lazy(() => import('./logs/logs.tsx')) },
  { path: '/contracts', page: lazy(() => import('./contracts/contracts.tsx')) },
  { path: '/contracts/:name', page: lazy(() => import('./contracts/contract.tsx')) },
  { path: '/sources/connect', page: lazy(() => import('./sources/connect.tsx')) },
  { path: '/keys', page: lazy(() => import('./keys/keys.tsx')) },
  { path: '/sources', page: lazy(() => import('./sources/sources.tsx')) },
  { path: '/test', page: lazy(() => import('./test/test.tsx')) },
  { path: '/audit', page: lazy(() => import('./audit/audit.tsx')) },
  { path: '/state', page: lazy(() => import('./state/state.tsx')) },
];
