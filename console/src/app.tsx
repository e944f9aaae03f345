import { basePath } from './lib/base-path.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { Compass } from 'lucide-react';
import { Suspense, useEffect } from 'react';
import { Link, Route, Router, Switch } from 'wouter';
import { startLive } from './api/live.ts';
import { queryClient, refreshShort } from './api/queries.ts';
import { routes } from './pages/index.ts';
import { Shell } from './shell/shell.tsx';
import { Crash } from './shell/crash.tsx';
import { Empty, Page, Skeleton } from './ui/basics.tsx';

export function App() {
  useEffect(() => startLive(() => void refreshShort('dead-letters')), []);
  return (
    <QueryClientProvider client={queryClient}>
      <Router base={`${basePath}/console`}>
        <Shell>
          <Crash>
            <Suspense fallback={<Loading />}>
              <Switch>
                {routes.map(({ path, page }) => (
                  <Route key={path} path={path} component={page} />
                ))}
                <Route component={NotFound} />
              </Switch>
            </Suspense>
          </Crash>
        </Shell>
      </Router>
    </QueryClientProvider>
  );
}

function Loading() {
  return (
    <div className="page">
      <Skeleton height={34} />
      <Skeleton height={280} />
    </div>
  );
}

function NotFound() {
  return (
    <Page title="Not found">
      <Empty
        icon={Compass}
        title="There is no such page"
        actions={
          <Link href="/" className="button">
            To the overview
          </Link>
        }
      >
        The address may be mistyped, or from another version of the console.
      </Empty>
    </Page>
  );
}
