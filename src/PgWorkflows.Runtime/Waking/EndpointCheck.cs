using System.Text.Json;
using System.Text.RegularExpressions;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Runtime.Waking;

/// <summary>Finds HTTP endpoints that a request could not be told apart by, before they are published (elsa-contract 7.1).</summary>
public static partial class EndpointCheck
{
    private const string HttpEndpoint = "Elsa.HttpEndpoint";

    /// <summary>What is wrong with the endpoints by which a definition begins.</summary>
    public static async Task<IReadOnlyList<Finding>> FindAsync(Installation installation, WorkflowDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Root?.SelfAndDescendants().Any(activity => activity is { CanStartWorkflow: true, Type: HttpEndpoint }) is not true)
            return [];
        var findings = new List<Finding>();
        var changing = definition.Root.SelfAndDescendants().FirstOrDefault(ChangesServer);
        var others = (await installation.Triggers.OfTypeAsync(HttpEndpoint, cancellationToken)).Where(trigger => trigger.Version.DefinitionId != definition.DefinitionId).ToList();
        foreach (var trigger in Triggers.Of(Program.Of(definition, installation.Library)).Where(trigger => trigger.Type == HttpEndpoint))
        {
            var place = $"'{trigger.Label}' ({trigger.ActivityId})";
            var path = ValueConverter.ToText(trigger.Inputs.GetValueOrDefault("Path")).Trim('/');
            if (trigger.Problem is { } problem)
                findings.Add(new(Severity.Error, place, $"has an input that cannot be evaluated without a run: {problem}", "Use a literal"));
            else if (path.Length == 0 || path.Contains("//", StringComparison.Ordinal) || path.Count(letter => letter == '{') != path.Count(letter => letter == '}'))
                findings.Add(new(Severity.Error, place, $"has no usable Path ('{path}')", "Give one such as orders/{id}"));
            else if (Triggers.MethodsOf(trigger).Any(IsSafe) && changing is not null)
                findings.Add(new(Severity.Error, place, $"answers to GET, HEAD or OPTIONS, and '{changing.Label}' changes a server", "Choose POST: whatever follows links or looks ahead sends the others"));
            else if (others.Find(other => Same(trigger, path, other)) is { } twin)
                findings.Add(new(Severity.Error, place, $"has the path '{path}', which '{twin.Version.Name}' has for the same method", "Choose another path or method, or retract the other workflow"));
        }

        return findings;
    }

    private static bool IsSafe(string method) => method is "get" or "head" or "options";

    /// <summary>It starts or stops a server, or runs an action that does; a check does not.</summary>
    private static bool ChangesServer(ActivityNode activity) => activity.Type switch
    {
        "PgWorkflows.StartService" or "PgWorkflows.StopService" => true,
        "PgWorkflows.RunAction" => !IsLiteralCheck(activity.Json),
        _ => false,
    };

    private static bool IsLiteralCheck(JsonElement runAction) =>
        runAction.TryGetProperty("action", out var action) && action.ValueKind == JsonValueKind.Object
        && action.TryGetProperty("expression", out var expression) && expression.ValueKind == JsonValueKind.Object
        && expression.TryGetProperty("type", out var type) && type.ToString() == "Literal" && expression.TryGetProperty("value", out var value)
        && (value.ToString().Equals("quickCheck", StringComparison.OrdinalIgnoreCase) || value.ToString().Equals("deepCheck", StringComparison.OrdinalIgnoreCase));

    private static bool Same(Trigger trigger, string path, IndexedTrigger other) =>
        Shape(path) == Shape(other.Text("Path")) && Triggers.MethodsOf(trigger).Intersect(Triggers.MethodsOf(other.Trigger)).Any();

    /// <summary>Names of parameters make no difference to a request.</summary>
    private static string Shape(string path) => Parameter().Replace(path.Trim('/').ToLowerInvariant(), "{}");

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
