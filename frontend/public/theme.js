// A file of its own so that the class is set before first paint under a policy that allows no inline script.
(() => {
  let theme = 'system';
  let density = 'comfortable';
  try {
    const kept = JSON.parse(localStorage.getItem('tributary.preferences') || '{}');
    theme = kept.theme || theme;
    density = kept.density || density;
  } catch {
    // storage may be blocked or broken; the defaults stand
  }
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
  document.documentElement.dataset.density = density;
})();
