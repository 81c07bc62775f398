using System.Runtime.Versioning;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks at the Windows service of a resource, as the registry of this machine describes it.</summary>
internal static class WindowsServiceDoctor
{
    [SupportedOSPlatform("windows")]
    public static IReadOnlyList<Diagnosis> Examine(Resource resource) => WindowsServiceFacts.Find(resource.Service) is { } service
        ? Judge(resource, service)
        : [new($"{resource.Name}: service", Verdict.Bad, $"this machine has no service '{resource.Service}'", Others())];

    [SupportedOSPlatform("windows")]
    private static string Others()
    {
        var names = WindowsServiceFacts.Postgres().Select(service => service.Name).ToList();
        return names.Count == 0 ? "set service to the service's name, not its display name" : $"set service to {string.Join(" or ", names)}";
    }

    internal static IReadOnlyList<Diagnosis> Judge(Resource resource, WindowsServiceFacts service)
    {
        List<Diagnosis> diagnoses =
        [
            !service.IsPostgres ? new($"{resource.Name}: service", Verdict.Bad, $"{service.Name} is not a PostgreSQL server: {service.CommandLine}", "set service to the one whose program is pg_ctl runservice")
            : new($"{resource.Name}: service account", Verdict.Good, $"{service.Name} runs as {service.Account}"),
        ];
        if (service.DataDirectory is { } directory)
        {
            diagnoses.Add(string.Equals(Plain(directory), Plain(resource.DataDirectory), StringComparison.OrdinalIgnoreCase)
                ? new($"{resource.Name}: data directory", Verdict.Good, $"{service.Name} runs on {directory}")
                : new($"{resource.Name}: data directory", Verdict.Bad, $"{service.Name} runs on {directory}, the configuration says {resource.DataDirectory}", $"set dataDirectory to {directory}, or service to the right one"));
        }

        diagnoses.Add(service.RestartsItself
            ? new($"{resource.Name}: supervisors", Verdict.Note, $"the service manager restarts {service.Name} by itself when it fails, beside PgWorkflows", $"leave it to one of the two: sc failure {service.Name} reset= 0 actions= \"\"")
            : new($"{resource.Name}: supervisors", Verdict.Good, $"the service manager does not restart {service.Name} by itself"));
        return diagnoses;
    }

    private static string Plain(string path) => path.Replace('/', '\\').TrimEnd('\\');
}
