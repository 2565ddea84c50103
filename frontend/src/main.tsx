import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App, makeQueryClient } from './app/app.tsx';
import { resume } from './features/session/api/session.ts';
import { followTheme } from './lib/preferences.ts';
import './ui/tokens.css';

followTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const app = createRoot(root);
// a reload goes on where it was: the first paint waits for one small answer
resume().finally(() =>
  app.render(
    <StrictMode>
      <BrowserRouter>
        <App client={makeQueryClient()} />
      </BrowserRouter>
    </StrictMode>,
  ),
);
