// The recipes of `berth demo build` and the files beside them. Each does what only a real build can: other owners, files
// from the folder and from another stage, build arguments, a secret, an environment that is found while building.

/** What the secret file holds; it must be in no byte of what is built. */
export const SECRET = "berth-demo-secret-5f2c81";

const REPORT = `import os, sys
here = os.path.dirname(os.path.abspath(__file__))
print("python=%d.%d.%d" % sys.version_info[:3])
print("made=" + open(os.path.join(here, "made")).read().strip())
print("word=" + os.environ.get("DEMO_BUILT", ""))
print("arguments=" + "|".join(sys.argv[1:]))
print("secret=" + str(os.path.exists("/run/secrets/demo")))
print("uid=%d" % os.getuid())
`;

/** Files of the build folder by name; `image` is the base's name without its transport. */
export function recipeFiles(image: string): Readonly<Record<string, string>> {
  return { "report.py": REPORT, secret: `${SECRET}\n`, "tool.def": definition(image), Dockerfile: dockerfile(image) };
}

const definition = (image: string) => `Bootstrap: docker
From: ${image}

%arguments
    MAKER=nobody

%files
    report.py /opt/tool/report.py

%post
    echo "by the definition of {{ MAKER }}" > /opt/tool/made
    chown 33:33 /opt/tool/made
    rm -rf /usr/share/doc
    echo "export DEMO_BUILT='found while building'" >> "$APPTAINER_ENVIRONMENT"

%runscript
    exec python3 -B /opt/tool/report.py "$@"

%test
    python3 -B /opt/tool/report.py > /dev/null

%labels
    org.opencontainers.image.title berth demo, definition
`;

const dockerfile = (image: string) => `FROM ${image} AS making
ARG MAKER=nobody
RUN --mount=type=secret,id=demo,required \\
    mkdir /made && echo "by the Dockerfile of $MAKER" > /made/made && chown 33:33 /made/made && test -s /run/secrets/demo
COPY report.py /made/

FROM ${image}
ENV DEMO_BUILT="quoted 'and' \\$unexpanded"
COPY --from=making /made /opt/tool
RUN <<'END'
set -e
rm -rf /usr/share/doc
test -s /opt/tool/made
END
LABEL org.opencontainers.image.title="berth demo, Dockerfile"
WORKDIR /opt/tool
ENTRYPOINT ["python3", "-B", "report.py"]
CMD ["default argument"]
`;
