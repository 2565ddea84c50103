const KEY = 'tributary.reloaded';

/** A page whose file is gone belongs to a release that was replaced: one reload fetches the new one. */
export const reloadOnce =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> => {
    try {
      const page = await load();
      sessionStorage.removeItem(KEY);
      return page;
    } catch (error) {
      if (sessionStorage.getItem(KEY) === null) {
        sessionStorage.setItem(KEY, '1');
        location.reload();
        return new Promise(() => {});
      }
      throw error;
    }
  };
