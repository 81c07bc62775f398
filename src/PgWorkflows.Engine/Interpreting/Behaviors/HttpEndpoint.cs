using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>Waits for an HTTP request; as the trigger that started the run it completes with the request that came.</summary>
internal sealed class HttpEndpoint : Behavior
{
    public const string Bookmark = "Elsa.HttpEndpoint";

    public override void Execute(Burst burst, ActivityContext self)
    {
        if (burst.IsTrigger(self, out var request))
        {
            Resumed(burst, self, request);
            return;
        }

        // One bookmark for each method, as in Elsa; the first request that comes takes them all.
        var path = ValueConverter.ToText(self.Inputs.GetValueOrDefault("Path")).Trim('/');
        foreach (var method in MethodsOf(self.Inputs.GetValueOrDefault("SupportedMethods")))
        {
            burst.Wait(self, new BookmarkRequest(Bookmark, new Dictionary<string, object?>
            {
                ["Path"] = path,
                ["Method"] = method,
                ["Authorize"] = self.Inputs.GetValueOrDefault("Authorize"),
                ["Policy"] = self.Inputs.GetValueOrDefault("Policy"),
                ["RequestTimeout"] = self.Inputs.GetValueOrDefault("RequestTimeout"),
                ["RequestSizeLimit"] = self.Inputs.GetValueOrDefault("RequestSizeLimit"),
            }));
        }
    }

    public override void Resumed(Burst burst, ActivityContext self, object? input)
    {
        if (input is not JsonElement { ValueKind: JsonValueKind.Object } request)
        {
            burst.Complete(self);
            return;
        }

        var outputs = self.Node.Descriptor!.Outputs.Select(output => (output.Name, Value: request.Member(JsonNamingPolicy.CamelCase.ConvertName(output.Name))))
            .Where(output => output.Value is not null).ToDictionary(output => output.Name, output => (object?)output.Value);
        var refused = request.Member("outcome") is { ValueKind: JsonValueKind.String } outcome ? outcome.GetString() : null;
        burst.Complete(self, refused is null ? null : [refused], outputs);
    }

    /// <summary>The methods in lower case, as Elsa's bookmarks have them.</summary>
    internal static IReadOnlyList<string> MethodsOf(object? methods)
    {
        var list = ForEach.ListOf(methods) is { } given ? given.EnumerateArray().Select(method => method.ToString())
            : methods is null ? [] : [ValueConverter.ToText(methods)];
        var lower = list.Where(method => method.Length > 0).Select(method => method.ToLowerInvariant()).Distinct().ToList();
        return lower.Count > 0 ? lower : ["get"];
    }
}
