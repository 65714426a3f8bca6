/** The style sheet of reader pages, by its address. */

/** The one link to a style sheet in a drawn page, exactly as printed: a preview may put a `<style>` in its place. */
export const stylesheetLink = '<link rel="stylesheet" href="/assets/reader.css">';
