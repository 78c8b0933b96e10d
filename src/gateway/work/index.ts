// What other parts of the gateway use of the work.

export { checkRecipes, type ImageRecipe, imageRecipe } from "./image-recipe.ts";
export { credentialFor, imageReference, locationHost, type NamedImage } from "./image-reference.ts";
export { locationClient } from "./location-client.ts";
export type { WorkMetrics, WorkParts } from "./work-parts.ts";
export { startWorkers, type Workers } from "./workers.ts";
