// Photographs on the phone: made smaller before they are kept and sent, which also leaves their metadata behind.
const LONGEST_SIDE = 2048;
const QUALITY = 0.85;

const drawn = async (file, side) => {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas;
};

// A JPEG of the picture; a file no browser can draw goes as it is, and the server says what is wrong with it.
export const smaller = async (file) => {
  try {
    const canvas = await drawn(file, LONGEST_SIDE);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return { blob: blob ?? file, name: `${file.name.replace(/\.[^.]*$/, "") || "photo"}.jpg` };
  } catch {
    return { blob: file, name: file.name };
  }
};

// A data: address to show (the content security policy knows no blob:), "" when it cannot be drawn.
export const preview = async (blob) => {
  try {
    return (await drawn(blob, 240)).toDataURL("image/jpeg", 0.7);
  } catch {
    return "";
  }
};
