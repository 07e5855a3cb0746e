// Methods whose routes do not exist yet. The list shrinks as they come: one
// that is called in a check must not be here.
export const later = {
};
