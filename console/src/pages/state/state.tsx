import { Page } from '../../ui/basics.tsx';
import { Queues } from './queues.tsx';
import { StateGroups } from './state-groups.tsx';
import './state.css';

/** What waits, who reads it, and what the engine remembers. */
export default function State() {
  return (
    <Page title="State and queues">
      <Queues />
      <StateGroups />
    </Page>
  );
}
