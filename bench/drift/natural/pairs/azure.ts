import type { NaturalPair } from '../pair.ts';
import { moveAll } from '../plan-words.ts';

export const azure: NaturalPair[] = [
  {
    id: 'azure.alert.essentials',
    source: 'Azure Monitor notes, classic → common alert schema',
    change: 'envelope',
    answer: 'plain',
    contract: { alertId: 'string', alertRule: 'string', severity: 'string', firedDateTime: 'date-time' },
    was: {
      alertId: '/alerts/b9569717',
      alertRule: 'cpu',
      severity: 'Sev3',
      firedDateTime: '2026-03-22T13:58:24.371Z',
    },
    is: {
      schemaId: 'azureMonitorCommonAlertSchema',
      data: {
        essentials: {
          alertId: '/alerts/b9569717',
          alertRule: 'cpu',
          severity: 'Sev3',
          firedDateTime: '2026-03-22T13:58:24.371Z',
        },
        alertContext: { condition: {} },
      },
    },
    plan: moveAll('/data/essentials', '', ['alertId', 'alertRule', 'severity', 'firedDateTime']),
  },
  {
    id: 'azure.alert.status',
    source: 'Azure Monitor notes, classic → common alert schema',
    change: 'synonym',
    answer: 'teachable',
    contract: { id: 'string', status: '= Activated, Resolved' },
    was: { id: 'a', status: 'Activated' },
    is: { id: 'a', monitorCondition: 'Fired' },
    why: 'other words for the members, too',
  },
];
