FROM julia:1.10.5
ENV JULIA_DEPOT_PATH=/opt/julia
WORKDIR /opt/ode
COPY Project.toml Manifest.toml /opt/ode
RUN julia --project=. -e 'using Pkg; Pkg.instantiate(); Pkg.precompile()'
COPY src/ src/
RUN adduser --system --uid 499 ode
USER ode
ENTRYPOINT ["julia", "--project=/opt/ode", "src/main.jl"]
