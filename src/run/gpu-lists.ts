// Lists of a vendor's libraries, programs and files, for hosts without CDI specifications: the form of Apptainer's nvliblist.conf and
// rocmliblist.conf, and what berth assumes when a host has no such list. Pure.

/** What shall be looked for on the host. */
export interface GpuList {
  /** Beginnings of sonames, such as `libcuda.so`. */
  readonly libraries: readonly string[];
  /** Names of programs in the PATH. */
  readonly programs: readonly string[];
  /** Absolute paths. */
  readonly files: readonly string[];
}

const MAX_LINES = 10_000;

/** Reads a list: a name or an absolute path a line; `#` begins a comment. */
export function parseGpuList(text: string): GpuList {
  const names = text
    .split("\n", MAX_LINES)
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "" && !/[\0\s]/.test(line));
  const files = names.filter((name) => name.startsWith("/") && !name.split("/").includes(".."));
  const words = names.filter((name) => !name.includes("/"));
  const isLibrary = (name: string) => /\.so(\.|$)/.test(name);
  return { files, libraries: words.filter(isLibrary), programs: words.filter((name) => !isLibrary(name)) };
}

/** True when the cache's name is one that the list means: `libcuda.so` means `libcuda.so.1` too. */
export function meansLibrary(wanted: string, name: string): boolean {
  return name === wanted || name.startsWith(`${wanted}.`);
}

// NVIDIA's driver for Linux: compute, video, ray tracing, graphics, and the tools.
const NVIDIA_DRIVER = [
  ...["cuda", "cudadebugger", "nvcuvid", "nvoptix", "nvidia-ml", "nvidia-nvvm", "nvidia-nvvm70", "nvidia-gpucomp"],
  ...["nvidia-ptxjitcompiler", "nvidia-opencl", "nvidia-encode", "nvidia-opticalflow", "nvidia-rtcore", "nvidia-cfg"],
  ...["nvidia-allocator", "nvidia-pkcs11", "nvidia-pkcs11-openssl3", "nvidia-compiler", "nvidia-fatbinaryloader"],
  ...["nvidia-eglcore", "nvidia-glcore", "nvidia-glsi", "nvidia-glvkspirv", "nvidia-tls", "nvidia-fbc", "nvidia-ifr"],
  ...["EGL_nvidia", "GLESv1_CM_nvidia", "GLESv2_nvidia", "GLX_nvidia", "nvidia-egl-wayland", "nvidia-egl-gbm"],
  ...["nvidia-api", "vdpau_nvidia", "nvidia-sandboxutils", "nvidia-present", "nvidia-ngx", "nvidia-vksc-core"],
];

// AMD's user-space side of the kernel driver, and the tools; compilers and mathematics belong to images.
const AMD_DRIVER = [
  "amdhip64",
  "hsa-runtime64",
  "rocm_smi64",
  "amd_smi",
  "drm",
  "drm_amdgpu",
  "numa",
  "hsakmt",
  "amdocl64",
  "OpenCL",
];

/** What is looked for when the host has no list of its own. */
export const OWN_LISTS: Readonly<Record<string, GpuList>> = {
  "nvidia.com/gpu": {
    libraries: NVIDIA_DRIVER.map((name) => `lib${name}.so`),
    programs: [
      "nvidia-smi",
      "nvidia-debugdump",
      "nvidia-persistenced",
      "nvidia-cuda-mps-control",
      "nvidia-cuda-mps-server",
    ],
    files: [
      "/run/nvidia-persistenced/socket",
      "/etc/OpenCL/vendors/nvidia.icd",
      "/usr/share/vulkan/icd.d/nvidia_icd.json",
    ],
  },
  "amd.com/gpu": {
    libraries: AMD_DRIVER.map((name) => `lib${name}.so`),
    programs: ["rocm-smi", "amd-smi", "rocminfo", "clinfo"],
    files: ["/etc/OpenCL/vendors/amdocl64.icd", "/usr/share/libdrm/amdgpu.ids"],
  },
};

/** Names of a vendor's list in a host's folders of configuration. */
export const LIST_NAMES: Readonly<Record<string, string>> = {
  "nvidia.com/gpu": "nvliblist.conf",
  "amd.com/gpu": "rocmliblist.conf",
};
