import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme } from './lib/theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/card.css';
import './styles/button.css';
import './styles/status.css';
import './styles/form.css';
import './styles/notice.css';
import './styles/components.css';
import './styles/table.css';
import './styles/dialog.css';
import './styles/charts.css';

applyTheme();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
