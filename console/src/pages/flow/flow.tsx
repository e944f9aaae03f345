import { useCallback, useMemo } from 'react';
import { useApi } from '../../api/queries.ts';
import type { FlowStep } from '../../api/types.ts';
import { useMedia } from '../../lib/use-media.ts';
import { useFilters } from '../../lib/use-filters.ts';
import { Card, Page } from '../../ui/basics.tsx';
import { Choice } from '../../ui/filters.tsx';
import { Load } from '../../ui/load.tsx';
import { activityOf, partOf } from './activity.ts';
import { FlowEnds } from './ends.tsx';
import { Graph } from './graph.tsx';
import { StepList } from './step-list.tsx';
import { StepDetail } from './step-detail.tsx';
import './flow.css';

/** How events go from step to step. */
export default function Flow() {
  const [{ flow, step }, setFilters] = useFilters(['flow', 'step']);
  const query = useApi('GET /api/v1/flow', { every: 30_000 });
  const live = useApi('GET /api/v1/flow/activity', { every: 1500 });
  const activity = useMemo(() => activityOf(live.data), [live.data]);
  const graph = useMemo(() => query.data && partOf(query.data, flow), [query.data, flow]);
  const choose = useCallback((name: string) => setFilters({ step: name }), [setFilters]);
  const isPhone = useMedia('(max-width: 600px)');
  const chosen = graph?.nodes.find((node): node is FlowStep => node.kind === 'step' && node.name === step);
  return (
    <Page
      title="Flow"
      lead="choose a step to look into it"
      actions={
        query.data !== undefined &&
        query.data.flows.length > 1 && (
          <Choice
            label="Flow"
            value={flow}
            options={query.data.flows}
            onChange={(flow) => setFilters({ flow, step: undefined })}
          />
        )
      }
    >
      <Load query={{ ...query, data: graph }} height={500}>
        {(graph) => (
          <>
            <FlowEnds />
            <Card flush className="flow-card">
              {isPhone ? (
                <StepList graph={graph} activity={activity} chosen={step} onChoose={choose} />
              ) : (
                <Graph key={flow} graph={graph} activity={activity} chosen={step} onChoose={choose} />
              )}
            </Card>
            {chosen !== undefined && (
              <StepDetail
                key={chosen.name}
                step={chosen}
                activity={activity.step(chosen.name)}
                onClose={() => setFilters({ step: undefined })}
              />
            )}
          </>
        )}
      </Load>
    </Page>
  );
}
