import { Bug } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { Button, Empty } from '../ui/basics.tsx';

/** What a page shows when its code fails, instead of nothing. */
export class Crash extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="page">
        <Empty
          icon={Bug}
          title="This page has failed"
          actions={<Button onClick={() => location.reload()}>Load it again</Button>}
        >
          {error.message} Nothing was lost on the server. If it happens again, please report it with the
          browser’s console output.
        </Empty>
      </div>
    );
  }
}
