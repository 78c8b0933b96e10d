import { expect, test } from "vitest";
import { imageRecipe } from "./image-recipe.ts";

test("squashfs images have no attributes unless the site has words of its own", () => {
  expect(imageRecipe({ format: "squashfs", converterOptions: {} }).conversion.xattrs).toBe("drop");
  expect(imageRecipe({ format: "squashfs", converterOptions: { squashfs: [] } }).conversion.xattrs).toBeUndefined();
});

test("other formats have no options", () => {
  expect(() => imageRecipe({ format: "ext4", converterOptions: { ext4: ["-O", "^has_journal"] } })).toThrow(
    expect.objectContaining({ code: "E_WORK_OPTION" }),
  );
});
