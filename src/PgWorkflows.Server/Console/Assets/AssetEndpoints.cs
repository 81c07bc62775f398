using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console.Assets;

/// <summary>The console's three files, from the program itself: nothing has to lie in the right folder.</summary>
internal static class AssetEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, type) in new[] { ("console.css", "text/css; charset=utf-8"), ("console.js", "text/javascript; charset=utf-8"), ("icon.svg", "image/svg+xml") })
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Assets.{name}") ?? throw new FileNotFoundException(name);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
            routes.MapGet($"/assets/{name}", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "no-cache"; // Kept, but asked for: an upgrade shows at once.
                return Results.Bytes(content, type, entityTag: tag);
            }).OpenToAll("the sign-in page needs it");
        }
    }
}
