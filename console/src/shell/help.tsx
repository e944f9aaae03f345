import { Fragment } from 'react';
import { allPages } from '../pages/index.ts';
import { Button, Kbd } from '../ui/basics.tsx';
import { Dialog } from '../ui/dialog.tsx';

const keys: readonly (readonly [readonly string[], string])[] = [
  [['⌘ K', 'Ctrl K'], 'go anywhere: a page, an event, a dead letter'],
  [['j', 'k'], 'down and up in a list'],
  [['Enter'], 'open the row'],
  [['/'], 'search in this page'],
  [['⌘ Enter', 'Ctrl Enter'], 'in the editor: replay the corrected event'],
  [['Esc'], 'close'],
  [['?'], 'this help'],
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="keys">
        {keys.map(([names, meaning]) => (
          <Fragment key={meaning}>
            <dt className="row">
              {names.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </Fragment>
        ))}
        {allPages.map(({ key, label }) => (
          <Fragment key={key}>
            <dt className="row">
              <Kbd>g</Kbd>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{label}</dd>
          </Fragment>
        ))}
      </dl>
      <div className="dialog-actions">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
