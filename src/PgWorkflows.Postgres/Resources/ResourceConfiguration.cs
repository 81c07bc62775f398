using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Postgres.Resources;

/// <summary>The resources as configured: all of them valid, or everything that is wrong.</summary>
public abstract record ResourceConfiguration
{
    /// <summary>The array of resources.</summary>
    public const string Section = $"{Root}:Resources";

    private const string Root = "PgWorkflows";
    private static readonly string[] RootKeys = ["Resources", "Data", "Events", "Server", "Retention"];

    private ResourceConfiguration()
    {
    }

    /// <summary>Every resource is valid.</summary>
    public sealed record Valid(IReadOnlyList<Resource> Resources) : ResourceConfiguration;

    /// <summary>At least one is not; these are all the problems at once.</summary>
    public sealed record Invalid(IReadOnlyList<ConfigurationProblem> Problems) : ResourceConfiguration
    {
        /// <summary>
        /// The resources that have no problem of their own: a disk that one server has lost must not keep an operator from recovering another one.
        /// None when the file as a whole cannot be trusted (an unknown key beside the resources).
        /// </summary>
        public IReadOnlyList<Resource> Usable { get; init; } = [];
    }

    /// <summary>Reads and judges <see cref="Section"/>.</summary>
    /// <param name="root">The configuration, all sources merged.</param>
    /// <param name="fileName">The file that problems name.</param>
    public static ResourceConfiguration Read(IConfiguration root, string fileName)
    {
        var problems = new List<ConfigurationProblem>();
        foreach (var key in root.GetSection(Root).GetChildren().Where(s => !RootKeys.Contains(s.Key, StringComparer.OrdinalIgnoreCase)))
            problems.Add(new(fileName, key.Path, "is unknown", NearestName.Cure(key.Key, RootKeys)));

        var section = root.GetSection(Section);
        if (!string.IsNullOrEmpty(section.Value))
            problems.Add(new(fileName, Section, "is a single value", "write a list of resources"));

        var isTrusted = problems.Count == 0;
        var resources = new List<Resource>();
        var usable = new List<Resource>();
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in section.GetChildren().OrderBy(Position))
        {
            var found = new List<ConfigurationProblem>();
            var resource = ReadOne(entry, (key, problem, cure) => found.Add(new(fileName, key, problem, cure)));
            if (resource.Name.Length > 0 && !names.TryAdd(resource.Name, entry.Path))
                found.Add(new(fileName, $"{entry.Path}:name", $"'{resource.Name}' is the name of {names[resource.Name]} as well", "names differ in more than case"));
            else if (resources.Find(other => IsSameDirectory(other.DataDirectory, resource.DataDirectory)) is { } twin)
                found.Add(new(fileName, $"{entry.Path}:dataDirectory", $"is the data directory of '{twin.Name}' as well", "protect a server under one name, so that one action at a time is one"));
            problems.AddRange(found);
            resources.Add(resource);
            if (found.Count == 0)
                usable.Add(resource);
        }

        // A name that is there twice names neither.
        usable.RemoveAll(one => resources.Count(other => other.Name.Equals(one.Name, StringComparison.OrdinalIgnoreCase)) > 1);
        return problems.Count == 0 ? new Valid(resources) : new Invalid(problems) { Usable = isTrusted ? usable : [] };
    }

    private static bool IsSameDirectory(string one, string other) =>
        one.Length > 0 && other.Length > 0
        && string.Equals(Resolved(one), Resolved(other), OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string Resolved(string directory)
    {
        try
        {
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return directory; // What is wrong with it is told elsewhere.
        }
    }

    private static int Position(IConfigurationSection entry) => int.TryParse(entry.Key, out var position) ? position : int.MaxValue;

    private static Resource ReadOne(IConfigurationSection entry, ReportProblem report)
    {
        var resource = new Resource
        {
            Name = "", ServiceControl = ServiceControlKind.PgCtl, Service = "", DataDirectory = "", BinDirectory = "", Port = 0,
            FailuresWindow = 0, // completed by the rules, like the empty texts
        };
        if (entry.Value is not null || !entry.GetChildren().Any())
        {
            report(entry.Path, "is not an object", "write a resource, as in { \"name\": \"main\", \"port\": 5432, ... }");
            return resource;
        }

        var wrong = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var given in entry.GetChildren())
        {
            var setting = ResourceSettings.All.FirstOrDefault(s => s.Name.Equals(given.Key, StringComparison.OrdinalIgnoreCase));
            if (setting is null)
            {
                report(given.Path, "is unknown", NearestName.Cure(given.Key, ResourceSettings.All.Select(s => s.Name)));
                continue;
            }

            switch (setting.Read(resource, given))
            {
                case Setting.Good(var draft):
                    resource = draft;
                    break;
                case Setting.Wrong(var problem, var cure):
                    wrong.Add(setting.Name);
                    report(given.Path, problem, cure);
                    break;
            }
        }

        foreach (var required in new[] { "name", "serviceControl", "dataDirectory", "port" })
        {
            if (entry[required] is null && !wrong.Contains(required))
                report($"{entry.Path}:{required}", "is missing", "add it");
        }

        // What was wrong above has been said; the rules look at the rest.
        return ResourceRules.Complete(resource, (key, problem, cure) =>
        {
            if (!wrong.Contains(key))
                report($"{entry.Path}:{key}", problem, cure);
        });
    }
}

/// <summary>Takes note of a problem.</summary>
internal delegate void ReportProblem(string key, string problem, string cure);
