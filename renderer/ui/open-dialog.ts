/** Whether a dialog is in front of the page; one that is just going away does not count. */
export function dialogIsOpen(): boolean {
  return document.querySelector(':is([role=dialog], [role=alertdialog])[data-state=open]') !== null
}
